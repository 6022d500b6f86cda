/** Notices about api keys: kept for the audit, then told to the topic and the event bus. Implements the upkeep's KeyNoticeSink. */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { Ambient } from '../ambient.ts'
import type { KeyNotice, KeyNoticeSink } from '../identity/key-notices.ts'
import { instantText } from '../limits/refusal.ts'
import { type Addresses, type AddressName, announce } from './announce.ts'
import { json, number } from './attributes.ts'
import { counterKeys } from './keys.ts'
import { keepAndDeliver } from './notice-delivery.ts'

/** A notice sink that can leave out the addresses that have it already. */
export interface KeyNoticeDelivery {
  send(notice: KeyNotice, only?: readonly AddressName[]): Promise<void>
}

const keptMs = 400 * 86_400_000

/** A delivery that fails throws, so that the notice comes again; the audit record is written once all the same. */
export function createKeyNotices(options: {
  readonly client: DynamoDBClient
  /** The counters table. */
  readonly table: string
  /** Where the notice is told. */
  readonly deliver: KeyNoticeDelivery
}): KeyNoticeSink {
  const { client, table, deliver } = options
  return {
    async send(notice) {
      const { apiKey, type, aboutMs } = notice
      const key = counterKeys.keyNotice(apiKey.id, aboutMs, type)
      const attributes = {
        notice: json(notice),
        expires: number(Math.ceil((notice.atMs + keptMs) / 1000)),
      }
      await keepAndDeliver({ client, table, key, attributes, deliver: (only) => deliver.send(notice, only) })
    },
  }
}

const subjects: Readonly<Record<KeyNotice['type'], string>> = {
  rotated: 'Sluice: an API key was rotated',
  'rotation-due': 'Sluice: an API key will be rotated within 24 hours',
  'former-secret-ends': 'Sluice: the former secret of an API key ends within 24 hours',
}

const sentences: Readonly<Record<KeyNotice['type'], (notice: KeyNotice) => string>> = {
  rotated: ({ aboutMs }) => `was rotated at ${instantText(aboutMs)}.`,
  'rotation-due': ({ aboutMs }) => `will be rotated at ${instantText(aboutMs)}.`,
  'former-secret-ends': ({ aboutMs }) => `is served by its new secret alone from ${instantText(aboutMs)} on.`,
}

function noticeText(notice: KeyNotice): string {
  const { apiKey, secretName, formerSecretEndsAtMs } = notice
  const end =
    formerSecretEndsAtMs === undefined ? '' : ` Its former secret works until ${instantText(formerSecretEndsAtMs)}.`
  const place = secretName === undefined ? '' : ` The current secret is in Secrets Manager as '${secretName}'.`
  return `The API key '${apiKey.name}' (${apiKey.masked}) ${sentences[notice.type](notice)}${end}${place}`
}

/** The log line is always written; an address that is not configured is left out. */
export function createKeyNoticeTopic(addresses: Addresses, ambient: Pick<Ambient, 'log'>): KeyNoticeDelivery {
  return {
    send: (notice, only) =>
      announce(
        {
          level: 'warn',
          subject: subjects[notice.type],
          detailType: `api key ${notice.type}`,
          text: noticeText(notice),
          name: 'notice',
          content: notice,
        },
        addresses,
        { ambient, only },
      ),
  }
}
