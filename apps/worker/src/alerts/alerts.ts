/** See there: ingest raises alerts too. */
export type { Alert, Alerts } from '@watchpost/shared/alerts/alerts';
