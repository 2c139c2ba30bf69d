import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Everything that this process measures about itself. `monitor/` serves it in Prometheus's format. */
export const registry = new Registry();
const registers = [registry];

/** Upper bounds in seconds for what should feel immediate: acknowledgements, steps, first words. */
const SOON = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
/** Upper bounds in seconds for what may take as long as an interaction lives. */
const LATER = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900];

/**
 * Names follow Prometheus's conventions: base units, `_total` for counters. `grafana/chispa.json` draws them, and
 * docs/operations.md lists them.
 */
export const metrics = {
  acknowledgement: new Histogram({
    name: 'chispa_acknowledgement_seconds',
    help: 'From the interaction, by the clock of Discord, to its acknowledgement',
    buckets: SOON,
    registers,
  }),
  ratings: new Counter({ name: 'chispa_ratings_total', help: 'Votes recorded by this process', registers }),
  rateLimits: new Counter({
    name: 'chispa_discord_rate_limits_total',
    help: 'Requests that had to wait for a rate limit of Discord',
    labelNames: ['scope'],
    registers,
  }),
  requests: new Counter({
    name: 'chispa_requests_total',
    help: 'Attempts at a request that ended in this process',
    labelNames: ['outcome'],
    registers,
  }),
  wait: new Histogram({
    name: 'chispa_request_wait_seconds',
    help: 'From the writing of a request to the moment a generator took it',
    buckets: LATER,
    registers,
  }),
  duration: new Histogram({
    name: 'chispa_request_duration_seconds',
    help: 'From the moment a generator took a request to its end',
    buckets: LATER,
    registers,
  }),
  firstToken: new Histogram({
    name: 'chispa_first_token_seconds',
    help: 'From the moment the engine admitted a text to its first token',
    buckets: SOON,
    registers,
  }),
  start: new Histogram({
    name: 'chispa_start_seconds',
    help: 'From the interaction, by the clock of Discord, to the first token of the text that is told',
    buckets: [0.01, 0.025, 0.05, ...LATER],
    registers,
  }),
  running: new Gauge({
    name: 'chispa_requests_running',
    help: 'Requests that this process is working on',
    registers,
  }),
  slots: new Gauge({
    name: 'chispa_slots',
    help: 'Requests that this process can work on at once',
    registers,
  }),
  queued: new Gauge({
    name: 'chispa_requests_queued',
    help: 'Requests in the database that no generator has taken yet',
    registers,
  }),
  decodedTokens: new Counter({
    name: 'chispa_decoded_tokens_total',
    help: 'Tokens decoded since the model was loaded',
    labelNames: ['model'],
    registers,
  }),
  decodeRuns: new Counter({
    name: 'chispa_decode_runs_total',
    help: 'Decode steps since the model was loaded; tokens divided by steps is the mean batch',
    labelNames: ['model'],
    registers,
  }),
  rows: new Gauge({
    name: 'chispa_batch_rows',
    help: 'Texts that the model is decoding together now',
    labelNames: ['model'],
    registers,
  }),
  cacheTokens: new Gauge({
    name: 'chispa_cache_tokens',
    help: 'Tokens that the cache of keys and values holds now',
    labelNames: ['model'],
    registers,
  }),
  cacheCapacity: new Gauge({
    name: 'chispa_cache_capacity_tokens',
    help: 'Tokens that the cache of keys and values may hold',
    labelNames: ['model'],
    registers,
  }),
  training: new Gauge({
    name: 'chispa_training_progress_ratio',
    help: 'How far the training in this process is, 0 to 1; 0 while nothing is trained',
    registers,
  }),
  trainingRuns: new Counter({
    name: 'chispa_training_runs_total',
    help: 'Training runs that ended in this process',
    labelNames: ['status'],
    registers,
  }),
};
