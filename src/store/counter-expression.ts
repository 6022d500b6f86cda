/** Builds the update of one item: names and values get placeholders, conditions are joined. */
import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import { number } from './attributes.ts'

export interface Expression {
  readonly UpdateExpression: string
  readonly ConditionExpression?: string
  readonly ExpressionAttributeNames: Record<string, string>
  readonly ExpressionAttributeValues?: Record<string, AttributeValue>
}

export interface ExpressionBuilder {
  name(attribute: string): string
  value(value: AttributeValue): string
  /** `amount` may be negative; an absent attribute counts as 0. */
  add(attribute: string, amount: number): void
  set(attribute: string, value: AttributeValue): void
  setIfAbsent(attribute: string, value: AttributeValue): void
  remove(attribute: string): void
  /** All conditions must hold. */
  when(condition: string): void
  build(): Expression
}

export function buildExpression(): ExpressionBuilder {
  const names: Record<string, string> = {}
  const values: Record<string, AttributeValue> = {}
  const parts = { SET: [] as string[], ADD: [] as string[], REMOVE: [] as string[] }
  const conditions: string[] = []
  const name = (attribute: string) => {
    const placeholder = `#n${Object.keys(names).length}`
    names[placeholder] = attribute
    return placeholder
  }
  const value = (attribute: AttributeValue) => {
    const placeholder = `:v${Object.keys(values).length}`
    values[placeholder] = attribute
    return placeholder
  }
  return {
    name,
    value,
    add: (attribute, amount) => void parts.ADD.push(`${name(attribute)} ${value(number(amount))}`),
    set: (attribute, what) => void parts.SET.push(`${name(attribute)} = ${value(what)}`),
    setIfAbsent(attribute, what) {
      const placeholder = name(attribute)
      parts.SET.push(`${placeholder} = if_not_exists(${placeholder}, ${value(what)})`)
    },
    remove: (attribute) => void parts.REMOVE.push(name(attribute)),
    when: (condition) => void conditions.push(`(${condition})`),
    build: () => ({
      UpdateExpression: Object.entries(parts)
        .filter(([, list]) => list.length > 0)
        .map(([word, list]) => `${word} ${list.join(', ')}`)
        .join(' '),
      ...(conditions.length > 0 ? { ConditionExpression: conditions.join(' AND ') } : {}),
      ExpressionAttributeNames: names,
      ...(Object.keys(values).length > 0 ? { ExpressionAttributeValues: values } : {}),
    }),
  }
}
