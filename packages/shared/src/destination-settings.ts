import { z } from 'zod';
import { must, wholeNumberIn } from './settings-file/parts.ts';

const text = (what: string) => z.string(must(what)).min(1, 'must not be empty');

/** A file with nothing but the secret in it: secrets do not stand in settings. */
const secretFile = text('the path of a file with the secret in it');
const publicUrl = z.url({ protocol: /^https?$/, ...must('an address such as https://img.example.org') });
const port = wholeNumberIn(1, 65_535);
const host = text('the name of a server');
const user = text('the name of a user');

const hostKeyText = 'the fingerprint that ssh-keygen -l shows, such as SHA256:…';

/** How to find out whether readers can load a picture: its own address is asked for until it answers. */
const waitSchema = z.strictObject({
  /** Between two looks, seconds. */
  everySeconds: z
    .number(must('a number from 0.1 to 300'))
    .min(0.1, 'must be a number from 0.1 to 300')
    .max(300, 'must be a number from 0.1 to 300')
    .default(3),
  times: wholeNumberIn(1, 1_000).default(30),
});

const sftpSchema = z
  .strictObject({
    kind: z.literal('sftp'),
    host,
    port: port.default(22),
    user,
    /** One of both. */
    passwordFile: secretFile.optional(),
    privateKeyFile: secretFile.optional(),
    /** `SHA256:…`, as ssh-keygen -l shows it. Another host is refused. */
    hostKey: z.string(must(hostKeyText)).regex(/^SHA256:[A-Za-z0-9+/]{43}=?$/, `must be ${hostKeyText}`),
    directory: text('the path of a folder').default('/'),
    publicUrl,
    wait: waitSchema.optional(),
  })
  .refine(({ passwordFile, privateKeyFile }) => (passwordFile === undefined) !== (privateKeyFile === undefined), {
    error: 'needs passwordFile or privateKeyFile, one of both',
  });

/** Where pictures are brought to. `publicUrl`: what readers put before a picture's name. */
export const destinationSchema = z.discriminatedUnion(
  'kind',
  [
    /** In our database, served by the feed process: known at once, and there for every process. */
    z.strictObject({ kind: z.literal('database') }),
    /** A folder that worker and feed process share; without `publicUrl` the feed process serves it. */
    z.strictObject({ kind: z.literal('folder'), path: text('the path of a folder'), publicUrl: publicUrl.optional() }),
    z.strictObject({
      kind: z.literal('s3'),
      endpoint: publicUrl,
      region: text('the name of a region').default('us-east-1'),
      bucket: text('the name of a bucket'),
      prefix: z.string(must('a text')).default(''),
      accessKeyId: text('the id of a key'),
      secretKeyFile: secretFile,
      publicUrl,
      wait: waitSchema.optional(),
    }),
    z.strictObject({
      kind: z.literal('ftp'),
      host,
      port: port.default(21),
      /** `explicit`: AUTH TLS. `none`: user, password and pictures go in clear. */
      tls: z.enum(['explicit', 'implicit', 'none'], must('explicit, implicit or none')).default('explicit'),
      /** PEM of the server's own authority, if its certificate is not a public one. */
      caFile: text('the path of a file').optional(),
      user,
      passwordFile: secretFile,
      directory: text('the path of a folder').default('/'),
      publicUrl,
      wait: waitSchema.optional(),
    }),
    sftpSchema,
  ],
  { error: 'must be a group of settings whose kind is database, folder, s3, ftp or sftp' },
);
export type DestinationSettings = z.infer<typeof destinationSchema>;

/** The place itself: settings that differ only in how it is reached, or read from, have the same. Pure. */
export function placeOf(settings: DestinationSettings): string {
  if (settings.kind === 'database') return settings.kind;
  if (settings.kind === 'folder') return `folder ${settings.path}`;
  if (settings.kind === 's3') return `s3 ${settings.endpoint} ${settings.bucket} ${settings.prefix}`;
  return `${settings.kind} ${settings.host} ${settings.port} ${settings.directory}`;
}
