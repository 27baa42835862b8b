import { z } from 'zod';

/** What a link can be converted to. */
export const formats = ['mp3', 'm4a', 'wav', 'mp4', 'gif', 'jpg'] as const;
export const formatSchema = z.enum(formats);
export type Format = z.infer<typeof formatSchema>;

/** What is known of a recording; null: nothing. */
export interface Tags {
  title: string | null;
  artist: string | null;
  album: string | null;
}

/** What a file consists of. */
export interface Media {
  /** Null: nobody can tell. */
  durationMs: number | null;
  hasAudio: boolean;
  /** Moving or still; a cover does not count. */
  hasVideo: boolean;
  /** Which stream is its cover: `0:1`; null: it has none. */
  cover: string | null;
  tags: Tags;
}

interface FormatDefinition {
  mimeType: string;
  /** How a chat shows it. */
  as: 'audio' | 'video' | 'animation' | 'picture' | 'document';
  needs: 'audio' | 'video';
  /** No more of it is converted, milliseconds; null: all of it is. */
  mostMs: number | null;
  /** Arguments of ffmpeg between its input and its output. */
  args: (media: Media) => readonly string[];
}

const coverArgs = ({ cover }: Media): readonly string[] =>
  cover === null ? ['-vn'] : ['-map', cover, '-c:v', 'mjpeg', '-disposition:v:0', 'attached_pic'];

/** Phones and chats play no odd sizes, and nobody watches more than 1280 points there. */
const videoSize = "scale='min(1280,iw)':'min(1280,ih)':force_original_aspect_ratio=decrease,scale=trunc(iw/2)*2:trunc(ih/2)*2";
const gifFilter = "fps=12,scale='min(480,iw)':-1:flags=lanczos,split[a][b];[a]palettegen[p];[b][p]paletteuse";

export const formatDefinitions: Readonly<Record<Format, FormatDefinition>> = {
  mp3: {
    mimeType: 'audio/mpeg',
    as: 'audio',
    needs: 'audio',
    mostMs: null,
    args: (media) => ['-map', '0:a:0', ...coverArgs(media), '-c:a', 'libmp3lame', '-b:a', '192k', '-id3v2_version', '3', '-f', 'mp3'],
  },
  m4a: {
    mimeType: 'audio/mp4',
    as: 'audio',
    needs: 'audio',
    mostMs: null,
    args: (media) => ['-map', '0:a:0', ...coverArgs(media), '-c:a', 'aac', '-b:a', '192k', '-movflags', '+faststart', '-f', 'ipod'],
  },
  wav: {
    mimeType: 'audio/wav',
    as: 'document',
    needs: 'audio',
    mostMs: null,
    args: () => ['-map', '0:a:0', '-vn', '-c:a', 'pcm_s16le', '-f', 'wav'],
  },
  mp4: {
    mimeType: 'video/mp4',
    as: 'video',
    needs: 'video',
    mostMs: null,
    args: () => [
      ...['-map', '0:v:0', '-map', '0:a:0?', '-vf', videoSize, '-c:v', 'libx264', '-preset', 'veryfast', '-crf', '23'],
      ...['-pix_fmt', 'yuv420p', '-c:a', 'aac', '-b:a', '128k', '-movflags', '+faststart', '-f', 'mp4'],
    ],
  },
  gif: {
    mimeType: 'image/gif',
    as: 'animation',
    needs: 'video',
    mostMs: 30_000,
    args: () => ['-filter_complex', `[0:v:0]${gifFilter}`, '-an', '-f', 'gif'],
  },
  jpg: {
    mimeType: 'image/jpeg',
    as: 'picture',
    needs: 'video',
    mostMs: 30_000,
    // The frame that is most like its neighbours: the first one is often black.
    args: () => ['-map', '0:v:0', '-an', '-vf', 'thumbnail=24', '-frames:v', '1', '-q:v', '3', '-update', '1', '-f', 'image2'],
  },
};
