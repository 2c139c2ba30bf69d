import { imageSize } from './image-size.ts';
import type { Attachment } from './state/model.ts';

/** A file as uploaded. */
export interface Upload {
  filename: string;
  contentType: string;
  data: Buffer;
  description?: string | undefined;
}

/** Uploaded files, kept in memory and served under `/attachments/`. */
export interface Files {
  keep(upload: Upload, channelId: string): Attachment;
  /** The file at a URL path, if there is one. */
  at(path: string): Upload | undefined;
}

export function createFiles({ nextId, url }: { nextId: () => string; url: () => string }): Files {
  const byPath = new Map<string, Upload>();
  return {
    keep(upload, channelId) {
      const id = nextId();
      const filename = safeName(upload.filename);
      const path = `/attachments/${channelId}/${id}/${filename}`;
      byPath.set(path, upload);
      return {
        id,
        filename,
        size: upload.data.length,
        contentType: upload.contentType,
        url: url() + path,
        ...(upload.description ? { description: upload.description } : {}),
        ...imageSize(upload.data),
      };
    },
    at: (path) => byPath.get(path),
  };
}

/** Discord keeps only letters, digits, dots, dashes and underscores in a file name. */
const safeName = (name: string): string =>
  name
    .replaceAll(/\s+/g, '_')
    .normalize('NFD')
    .replaceAll(/[^\w.-]/g, '') || 'unknown';
