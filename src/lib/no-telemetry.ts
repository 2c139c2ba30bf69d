/**
 * From 1.30 on onnxruntime reports to its maker: it writes an id of the machine below `~/.cache/Microsoft`, notes its
 * processor, the program's path and the models' names, and sends them. It asks this variable when it is loaded; child
 * processes inherit it. A worker's `process.env` is a copy that native code never sees: load this in the main thread.
 */
process.env.ORT_DISABLE_TELEMETRY = '1';
