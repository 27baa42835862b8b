/** Series over time as promtool writes them, a value each minute: `0+5x60` begins with 0 and adds 5 sixty times. */
type Series = Record<string, string>;

export interface AlertCase {
  fires: Series;
  quiet: Series;
  /** Something else that makes it fire. */
  alsoFires?: Series;
  /** When it is looked at, minutes. Default 30. */
  atMinute?: number;
}

const steady = (name: string, [bad, good]: [string, string]): AlertCase => ({
  fires: { [name]: `${bad}x200` },
  quiet: { [name]: `${good}x200` },
});
const request = (outcome: string) => `watchpost_ingest_request_seconds_count{instance="a",outcome="${outcome}"}`;
const buckets = (fast: number) => ({
  'watchpost_ingest_request_seconds_bucket{instance="a",outcome="queued",le="1"}': `0+${String(fast)}x60`,
  'watchpost_ingest_request_seconds_bucket{instance="a",outcome="queued",le="2.5"}': `0+${String(fast)}x60`,
  'watchpost_ingest_request_seconds_bucket{instance="a",outcome="queued",le="5"}': '0+100x60',
  'watchpost_ingest_request_seconds_bucket{instance="a",outcome="queued",le="+Inf"}': '0+100x60',
});
const job = (outcome: string, kind = 'snapshot') => `watchpost_job_seconds_count{kind="${kind}",outcome="${outcome}"}`;
const queued = 'watchpost_ingest_files_total{outcome="queued"}';
const snapshots = (camera: string) => `watchpost_snapshots_total{camera="${camera}",outcome="none"}`;
const skipped = 'watchpost_snapshots_skipped_total{instance="w"}';
const posts = (outcome: string) => `watchpost_posts_total{platform="slack",kind="post",outcome="${outcome}"}`;
const waiting = 'watchpost_queue_jobs{kind="visit",state="waiting"}';

/** For each alert something that makes it fire, and something alike that does not. */
export const alertCases: Record<string, AlertCase> = {
  ProcessDown: steady('up{job="watchpost-worker",instance="w:5001"}', ['0+0', '1+0']),
  ProcessRestarts: steady('process_start_time_seconds{job="watchpost-worker",instance="w:5001"}', ['0+60', '1+0']),
  EventLoopBlocked: steady('nodejs_eventloop_lag_p99_seconds{job="watchpost-ingest",instance="i:5000"}', ['0.8+0', '0.2+0']),
  VersionsDiffer: {
    fires: { 'watchpost_build_info{version="1.0.0",instance="a"}': '1x200', 'watchpost_build_info{version="1.1.0",instance="b"}': '1x200' },
    quiet: { 'watchpost_build_info{version="1.1.0",instance="a"}': '1x200', 'watchpost_build_info{version="1.1.0",instance="b"}': '1x200' },
    atMinute: 120,
  },
  QueueRefusesJobs: {
    fires: { [request('queue-unavailable')]: '0+1x60' },
    quiet: { [request('queue-unavailable')]: '7x60', [request('queued')]: '0+9x60' },
  },
  AcknowledgementsSlow: { fires: buckets(95), quiet: buckets(100) },
  EventsDropped: {
    fires: { [request('rate-limited')]: '0x25 1x60' },
    quiet: { [request('rate-limited')]: '1x60', [request('queued')]: '0+9x60' },
  },
  SignaturesFail: { fires: { [request('request-unauthorised')]: '0+60x60' }, quiet: { [request('request-unauthorised')]: '0+1x60' } },
  SocketClosed: steady('watchpost_ingest_socket_connected{instance="a"}', ['0+0', '1+0']),
  // Processes that were started again have no series of what they have not seen.
  NoPictures: { fires: { [queued]: '0+1x60 _x120' }, quiet: { [queued]: '0+0x180' }, atMinute: 170 },
  TelegramRefused: {
    fires: { 'watchpost_ingest_telegram_ack_seconds_count{status="401"}': '0+60x60' },
    quiet: { 'watchpost_ingest_telegram_ack_seconds_count{status="200"}': '0+60x60' },
  },
  TelegramIsNotAsked: {
    fires: { 'watchpost_ingest_telegram_polling{instance="a"}': '0x60', 'watchpost_ingest_telegram_polling{instance="b"}': '0x60' },
    quiet: { 'watchpost_ingest_telegram_polling{instance="a"}': '0x60', 'watchpost_ingest_telegram_polling{instance="b"}': '1x60' },
  },
  TelegramWaits: steady('watchpost_ingest_telegram_pending_updates{instance="a"}', ['300+0', '50+0']),
  QueueDown: {
    fires: { 'watchpost_queue_up{instance="a"}': '0x60' },
    quiet: { 'watchpost_queue_up{instance="a"}': '0x60', 'watchpost_queue_up{instance="b"}': '1x60' },
  },
  Backlog: steady('watchpost_queue_jobs{kind="snapshot",state="waiting"}', ['300+0', '100+0']),
  JobsWaitLong: steady('watchpost_queue_oldest_seconds{kind="snapshot",state="waiting"}', ['700+60', '20+0']),
  NobodyWorks: {
    fires: { [waiting]: '3x60', [job('done', 'visit')]: '9x60' },
    quiet: { [waiting]: '3x60', [job('done', 'visit')]: '0+9x60' },
  },
  JobsFail: {
    fires: { [job('ended')]: '0x20 40x60' },
    quiet: { [job('ended')]: '3x60', [job('done')]: '0+50x60', [job('retried')]: '0+9x60' },
  },
  SnapshotsSkipped: {
    fires: { [skipped]: '0+2x60' },
    alsoFires: { [skipped]: '_x18 40x60', 'process_start_time_seconds{instance="w"}': '_x18 1060x60' },
    quiet: { [skipped]: '9x60', 'process_start_time_seconds{instance="w"}': '1x60', [snapshots('Gate')]: '0+2x60' },
  },
  JobsHeld: steady('watchpost_jobs_held{kind="visit",instance="w"}', ['1+0', '0+0']),
  WorkersDie: {
    fires: { 'watchpost_jobs_stalled_total{kind="snapshot"}': '0x20 1x40' },
    quiet: { 'watchpost_jobs_stalled_total{kind="snapshot"}': '1x60' },
  },
  CameraSilent: {
    fires: { [snapshots('Gate')]: '0+1x600 _x800', [snapshots('Yard')]: '0+1x1400' },
    quiet: { [snapshots('Gate')]: '0+1x1400', [snapshots('other')]: '0+1x600 600x800' },
    atMinute: 1_300,
  },
  PostsFail: {
    fires: { [posts('chat-unavailable')]: '0+2x60' },
    quiet: { [posts('posted')]: '0+9x60', [posts('chat-rate-limited')]: '0+9x60' },
  },
  RateLimited: steady('watchpost_chat_rate_limited_seconds_total{platform="slack",method="chat.update"}', ['0+30', '0+5']),
  GalleryBehind: steady('watchpost_gallery_lag_seconds{instance="w"}', ['40+0', '1+0']),
  GalleryDamaged: steady('watchpost_gallery_faults{kind="faces"}', ['2+0', '0+0']),
  FeedBehind: steady('watchpost_feed_follow_lag_seconds{instance="f"}', ['40+0', '0.2+0']),
};
