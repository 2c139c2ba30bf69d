/**
 * Since 1.30 onnxruntime reports to its maker: it writes a machine id under `~/.cache/Microsoft`, and records and sends
 * the processor, the program's path and the models' names. It reads this variable when it is loaded; child processes
 * inherit it. A worker's `process.env` is a copy that native code never sees, so load this in the main thread.
 */
process.env.ORT_DISABLE_TELEMETRY = '1';
