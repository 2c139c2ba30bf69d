import { isObject, type JsonObject, objects } from '../json.ts';
import type { Attachment } from '../state/model.ts';
import { flatten } from '../validate/components.ts';

/** Resolves `attachment://name` to the attachment; other addresses are unchanged. */
export type ResolveMedia = (url: string) => { url: string; attachment: Attachment | undefined };

export function mediaResolver(attachments: readonly Attachment[]): ResolveMedia {
  return (url) => {
    const name = /^attachment:\/\/(.+)$/.exec(url)?.[1];
    const attachment = attachments.find((one) => one.filename === name || one.url === url);
    return { url: attachment?.url ?? url, attachment };
  };
}

/** Adds what Discord adds to embeds: their type, and the real addresses of their images. */
export const normalizeEmbeds = (embeds: readonly JsonObject[], resolve: ResolveMedia): JsonObject[] =>
  embeds.map((embed) => {
    const result: JsonObject = { ...embed, type: 'rich' };
    for (const key of ['image', 'thumbnail']) {
      const image = embed[key];
      if (!isObject(image)) continue;
      const { url, attachment } = resolve(String(image.url));
      result[key] = { url, ...(URL.canParse(url) ? { proxy_url: url } : {}), ...sizeOf(attachment) };
    }
    for (const key of ['author', 'footer']) {
      const part = embed[key];
      if (!isObject(part) || part.icon_url === undefined) continue;
      const { url } = resolve(String(part.icon_url));
      result[key] = { ...part, icon_url: url, proxy_icon_url: url };
    }
    return result;
  });

/** Adds what Discord adds to a message's components: ids, defaults, and media objects. */
export function normalizeComponents(components: readonly JsonObject[], resolve: ResolveMedia): JsonObject[] {
  const copy = withIds(components);
  for (const { component } of flatten(copy)) addDefaults(component, resolve);
  return copy;
}

/** Gives each component an id: the one it was sent with, or the smallest free one. */
export function withIds(components: readonly JsonObject[]): JsonObject[] {
  const copy = structuredClone([...components]);
  const all = flatten(copy).map(({ component }) => component);
  const taken = new Set(all.map(({ id }) => id));
  let next = 0;
  for (const component of all) {
    if (component.id !== undefined && component.id !== 0) continue;
    do next++;
    while (taken.has(next));
    component.id = next;
  }
  return copy;
}

function addDefaults(component: JsonObject, resolve: ResolveMedia): void {
  switch (component.type) {
    case 2:
      component.disabled ??= false;
      break;
    case 3:
    case 5:
    case 6:
    case 7:
    case 8:
      component.min_values ??= 1;
      component.max_values ??= 1;
      component.disabled ??= false;
      delete component.required;
      break;
    case 11:
      component.media = mediaObject(component.media, resolve);
      component.description ??= null;
      component.spoiler ??= false;
      break;
    case 12:
      component.items = objects(component.items).map((item) => ({
        description: null,
        spoiler: false,
        ...item,
        media: mediaObject(item.media, resolve),
      }));
      break;
    case 13: {
      const { attachment } = resolve(addressOf(component.file));
      component.file = mediaObject(component.file, resolve);
      component.name = attachment?.filename ?? null;
      component.size = attachment?.size ?? null;
      component.spoiler ??= false;
      break;
    }
    case 14:
      component.divider ??= true;
      component.spacing ??= 1;
      break;
    case 17:
      component.accent_color ??= null;
      component.spoiler ??= false;
      break;
  }
}

const addressOf = (media: unknown): string => (isObject(media) ? String(media.url) : '');

function mediaObject(media: unknown, resolve: ResolveMedia): JsonObject {
  const { url, attachment } = resolve(addressOf(media));
  return {
    id: attachment?.id ?? '0',
    url,
    proxy_url: url,
    width: attachment?.width ?? null,
    height: attachment?.height ?? null,
    content_type: attachment?.contentType ?? null,
    ...(attachment ? { attachment_id: attachment.id } : {}),
  };
}

const sizeOf = (attachment: Attachment | undefined): JsonObject =>
  attachment?.width === undefined
    ? {}
    : { width: attachment.width, height: attachment.height, content_type: attachment.contentType };
