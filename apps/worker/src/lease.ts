export { takeLease, type Lease } from '@watchpost/shared/documents/lease';
