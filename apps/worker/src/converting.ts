import { tmpdir } from 'node:os';
import type { convertEnv } from '@watchpost/convert/config';
import { convertFile } from '@watchpost/convert/convert-file';
import { fetchMedia } from '@watchpost/convert/fetch-media';
import { createFileLinks } from '@watchpost/convert/file-link';
import { createKeptFiles } from '@watchpost/convert/kept-files';
import { findTools, isPackaged, type Tools } from '@watchpost/convert/tools';
import { inWorkFolder, sweepWorkFolders } from '@watchpost/convert/work-folder';
import { fetchOutside } from '@watchpost/outside/fetch-outside';
import type { publicUrlEnv } from '@watchpost/shared/config/common';
import type { ConfigOf } from '@watchpost/shared/config/parse-env';
import { createEnvelope } from '@watchpost/shared/envelope';
import { databaseNow } from '@watchpost/shared/documents/database-clock';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import type { Logger } from '@watchpost/shared/observability/logger';
import { createConversionAudit, createConversions } from './conversion/conversions.ts';
import type { ConversionDeps, Converting } from './conversion/deps.ts';
import { endStuck } from './conversion/end-stuck.ts';
import type { Task } from './schedule.ts';

type ConvertingConfig = ConfigOf<typeof convertEnv & typeof publicUrlEnv> & { ALERT_MAIL_TO?: readonly string[] | undefined };

export interface ConvertingParts {
  documents: DocumentStore;
  /** What seals messages; links to files are signed with keys derived from them. */
  messageKeys: readonly [string, ...string[]];
  log: Logger;
}

const hourMs = 3_600_000;
const minuteMs = 60_000;

/** All that converting links needs. The programs are found in the background; what is missing is logged, and said to whoever asks. */
export function createConverting(config: ConvertingConfig, { documents, messageKeys, log }: ConvertingParts): Converting {
  const convertHosts = config.CONVERT_HOSTS ?? [];
  const finding = findTools(config, config.PATH);
  const folders = tmpdir();
  void sayWhatIsThere(finding, convertHosts, log);
  sweepWorkFolders(folders, Date.now()).catch((error: unknown) =>
    log.warn({ err: error }, 'folders of workers that were killed cannot be removed'),
  );
  return {
    convertHosts,
    conversions: createConversions(documents),
    conversionAudit: createConversionAudit(documents),
    inFolder: (work) => inWorkFolder(folders, work),
    fetchMedia: async (wish, signal) => fetchMedia(wish, { tools: await finding, fetchOutside }, signal),
    convertFile: async (wish, signal) => convertFile(wish, await finding, signal),
    keptFiles: createKeptFiles(documents),
    fileLinks: createFileLinks(messageKeys),
    publicUrl: config.PUBLIC_URL ?? null,
    convertLimits: {
      maxBytes: config.CONVERT_MAX_BYTES,
      timeoutMs: config.CONVERT_TIMEOUT_MS,
      keepMs: config.CONVERT_KEEP_HOURS * hourMs,
    },
    mailTo: config.ALERT_MAIL_TO ?? [],
  };
}

/** What conversions work with. `queueMail` null: no mail is sent. */
export function createConversionDeps(
  config: ConvertingConfig,
  parts: ConvertingParts & Pick<ConversionDeps, 'dialogs' | 'platformFor' | 'queueMail' | 'talkLanguage' | 'alerts'>,
): ConversionDeps {
  const { dialogs, platformFor, queueMail, talkLanguage, alerts, log, messageKeys } = parts;
  const envelope = createEnvelope(messageKeys, 'jobs');
  return { converting: createConverting(config, parts), dialogs, platformFor, queueMail, talkLanguage, envelope, alerts, log };
}

/** What is done again and again: conversions that nobody works on are ended. */
export const convertingTasks = (deps: ConversionDeps, documents: DocumentStore): Task[] => [
  { name: 'conversions', everyMs: minuteMs, run: async (signal) => endStuck(deps, await databaseNow(documents, signal), signal) },
];

async function sayWhatIsThere(finding: Promise<Tools>, hosts: readonly string[], log: Logger): Promise<void> {
  try {
    const tools = await finding;
    if (hosts.length === 0) return;
    const { ffmpeg, ytDlp } = tools;
    if (ffmpeg === null) log.warn('there is no ffmpeg, so no link is converted: install it, or set FFMPEG_PATH');
    else if (isPackaged(tools))
      log.warn({ ffmpeg }, 'the ffmpeg of an npm package is used, which is of 2018: better install a current one');
    else log.info({ ffmpeg, ytDlp }, 'links are converted');
    if (ytDlp === null) log.info('there is no yt-dlp: only links that lead to a file are converted');
  } catch (error) {
    log.error({ err: error }, 'no link is converted');
  }
}
