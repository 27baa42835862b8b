/** The variables in the order of docs/configuration.md: what is wrong with them is told in the order in which people look them up. */
export const variableOrder: readonly string[] = `
SLACK_API_TOKEN READ_SLACK_CHANNEL_ID WRITE_SLACK_CHANNEL_ID SLACK_SIGNING_SECRET SLACK_VERIFICATION_TOKEN
SLACK_APP_TOKEN SLACK_API_URL SLACK_FILE_HOSTS TELEGRAM_BOT_TOKEN TELEGRAM_WEBHOOK_SECRET TELEGRAM_WEBHOOK_URL
READ_TELEGRAM_CHAT_ID WRITE_TELEGRAM_CHAT_ID TELEGRAM_ADMINS TELEGRAM_ALLOWED TELEGRAM_API_URL REDIS_URL REDIS_CLUSTER QUEUE_PREFIX MONGO_CONNECTION_STRING POSTGRES_URL DATA_DIR PORT
CAMERA_CAPTION_PATTERN WORKER_PORT WORKER_CONCURRENCY MAX_FILE_BYTES FRESHNESS_MS SAME_FRAME_LOOKBACK
SAME_FRAME_WINDOW_MS FACE_ENGINE INFERENCE_THREADS EMBEDDING_MODEL MAX_PIXELS SEE_TIMEOUT_MS GALLERY_INDEX MODEL_CACHE_DIR
UNKNOWN_KEEP_DAYS SIGHTINGS_KEEP_DAYS AUDIT_KEEP_DAYS CAMERAS_FILE HOST LOG_LEVEL SHUTDOWN_GRACE_MS`
  .trim()
  .split(/\s+/);

/** The faults of a configuration, each of which begins with a variable's name, in this order; those of other variables at the end. Pure. */
export function inVariableOrder(faults: Iterable<string>): string[] {
  const rank = (fault: string): number => {
    const place = variableOrder.indexOf(/^\w+/.exec(fault)?.[0] ?? '');
    return place < 0 ? variableOrder.length : place;
  };
  return [...faults].toSorted((a, b) => rank(a) - rank(b));
}
