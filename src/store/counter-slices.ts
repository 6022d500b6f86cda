/** Room that moves between a spread counter and its slices. Implements the limits room's SliceStore. */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { CounterAbout, SliceStore } from '../limits/counter.ts'
import { type Image, json, number } from './attributes.ts'
import { buildExpression, type Expression, type ExpressionBuilder } from './counter-expression.ts'
import {
  aboutAttribute,
  expiresAttribute,
  grantAttribute,
  grantedAttribute,
  grantedVersionAttribute,
  grantVersionAttribute,
  readCounter,
  usedAttribute,
} from './counter-items.ts'

interface Written {
  readonly isWritten: boolean
  readonly image: Image | undefined
}

type Update = (client: DynamoDBClient, key: string, expression: Expression) => Promise<Written>

/** `grant` is an addition: `onceClient` never repeats it. The others are guarded by versions. */
export function createSlices(
  clients: { readonly client: DynamoDBClient; readonly onceClient: DynamoDBClient },
  update: Update,
): SliceStore {
  const { client, onceClient } = clients
  return {
    async grant({ key, slice, amount, ceiling, about, expiresAtMs }) {
      if (amount > ceiling) return undefined
      const built = buildExpression()
      const used = built.name(usedAttribute)
      built.when(`attribute_not_exists(${used}) OR ${used} <= ${built.value(number(ceiling - amount))}`)
      built.add(usedAttribute, amount)
      built.add(grantAttribute(slice), amount)
      built.add(grantVersionAttribute(slice), 1)
      setLifetime(built, { about, expiresAtMs })
      const { isWritten, image } = await update(onceClient, key, built.build())
      return isWritten ? readCounter(image) : undefined
    },
    async accept({ key, granted, about, expiresAtMs }) {
      const built = buildExpression()
      const version = built.name(grantedVersionAttribute)
      built.when(`attribute_not_exists(${version}) OR ${version} < ${built.value(number(granted.version))}`)
      built.set(grantedAttribute, number(granted.amount))
      built.set(grantedVersionAttribute, number(granted.version))
      setLifetime(built, { about, expiresAtMs })
      return readCounter((await update(client, key, built.build())).image)
    },
    async giveUp({ key, seen, amount }) {
      const built = buildExpression()
      const used = built.name(usedAttribute)
      built.when(`${built.name(grantedVersionAttribute)} = ${built.value(number(seen.version))}`)
      built.when(`attribute_not_exists(${used}) OR ${used} <= ${built.value(number(amount))}`)
      built.set(grantedAttribute, number(amount))
      built.set(grantedVersionAttribute, number(seen.version + 1))
      return (await update(client, key, built.build())).isWritten
    },
    async takeOver({ key, slice, version, amount }) {
      const built = buildExpression()
      built.when(`${built.name(grantVersionAttribute(slice))} = ${built.value(number(version))}`)
      built.add(usedAttribute, -amount)
      built.add(grantAttribute(slice), -amount)
      built.add(grantVersionAttribute(slice), 1)
      return (await update(client, key, built.build())).isWritten
    },
  }
}

interface Lifetime {
  readonly about: CounterAbout | undefined
  readonly expiresAtMs: number | undefined
}

function setLifetime(built: ExpressionBuilder, { about, expiresAtMs }: Lifetime): void {
  if (about !== undefined) built.set(aboutAttribute, json(about))
  if (expiresAtMs !== undefined) built.setIfAbsent(expiresAttribute, number(Math.ceil(expiresAtMs / 1000)))
}
