/** Headers of chat clients that say who is asking and in which conversation, as metadata and trace id of the request. */

type Headers = Readonly<Record<string, string>>

/** By header: the metadata key that it fills; `_user` is who spends, `trace_id` joins the requests of a conversation in one trace. */
export type MetadataHeaders = Readonly<Record<string, string>>

/** What Open WebUI sends where its administrator switches on `ENABLE_FORWARD_USER_INFO_HEADERS`. */
const usualHeaders: MetadataHeaders = {
  'x-openwebui-user-email': '_user',
  'x-openwebui-user-id': 'user_id',
  'x-openwebui-user-role': 'user_role',
  'x-openwebui-user-name': 'user_name',
  'x-openwebui-chat-id': 'trace_id',
}

const longestValue = 512

export interface ClientMetadata {
  readonly metadata: Readonly<Record<string, string>>
  /** Absent = no header says. */
  readonly traceId?: string
}

/** `setting` of the workspace (`defaults.metadata_headers`); absent = the usual headers, `{}` = none. */
export function readClientMetadata(headers: Headers, setting: unknown): ClientMetadata {
  const names = isMetadataHeaders(setting) ? setting : usualHeaders
  const metadata: Record<string, string> = {}
  for (const [header, key] of Object.entries(names)) {
    const value = headers[header.toLowerCase()]?.trim()
    if (value !== undefined && value !== '') metadata[key] ??= plain(value).slice(0, longestValue)
  }
  const { trace_id: traceId, ...rest } = metadata
  const isSafe = traceId !== undefined && /^[\x21-\x7e]{1,256}$/.test(traceId)
  return { metadata: rest, ...(isSafe ? { traceId } : {}) }
}

function isMetadataHeaders(value: unknown): value is MetadataHeaders {
  return typeof value === 'object' && value !== null && Object.values(value).every((key) => typeof key === 'string')
}

/** Names of people come percent-encoded, as headers hold ASCII only. */
function plain(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}
