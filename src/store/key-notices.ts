/** Notices about api keys: kept for the audit, then told to the topic and the event bus. Implements the upkeep's KeyNoticeSink. */
import { type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb'
import type { Ambient } from '../ambient.ts'
import type { KeyNotice, KeyNoticeSink } from '../identity/key-notices.ts'
import { type Addresses, announce } from './announce.ts'
import { json, keyItem, number } from './attributes.ts'
import { counterKeys } from './keys.ts'

const keptMs = 400 * 86_400_000

/** A delivery that fails throws, so that the notice comes again; the audit record is written once all the same. */
export function createKeyNotices(options: {
  readonly client: DynamoDBClient
  /** The counters table. */
  readonly table: string
  /** Where the notice is told. */
  readonly deliver: KeyNoticeSink
}): KeyNoticeSink {
  const { client, table, deliver } = options
  return {
    async send(notice) {
      const { apiKey, type, aboutMs } = notice
      const Item = {
        ...keyItem(counterKeys.keyNotice(apiKey.id, aboutMs, type)),
        notice: json(notice),
        expires: number(Math.ceil((notice.atMs + keptMs) / 1000)),
      }
      await client.send(new PutItemCommand({ TableName: table, Item }))
      await deliver.send(notice)
    },
  }
}

const subjects: Readonly<Record<KeyNotice['type'], string>> = {
  rotated: 'Sluice: an API key was rotated',
  'rotation-due': 'Sluice: an API key will be rotated within 24 hours',
  'former-secret-ends': 'Sluice: the former secret of an API key ends within 24 hours',
}

/** The log line is always written; an address that is not configured is left out. */
export function createKeyNoticeTopic(addresses: Addresses, ambient: Pick<Ambient, 'log'>): KeyNoticeSink {
  return {
    send: (notice) =>
      announce(
        {
          level: 'warn',
          subject: subjects[notice.type],
          detailType: `api key ${notice.type}`,
          name: 'notice',
          content: notice,
        },
        addresses,
        ambient,
      ),
  }
}
