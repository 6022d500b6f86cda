/** What a person reads of an alert: what happened, and what follows from it. Money is in dollars. */
import { GatewayError } from '../errors.ts'
import type { Alert } from '../limits/alerts.ts'
import { amountText, instantText, ownerText } from '../limits/refusal.ts'

const refusedWith = new GatewayError('usage_limit_exceeded', '').status

const sentences: Readonly<Record<Alert['type'], (who: string, used: string) => string>> = {
  threshold: (who, used) =>
    `The usage limit of ${who} has reached its alert threshold: ${used} used. Requests are still served.`,
  exhausted: (who, used) =>
    `The usage limit of ${who} is used up: ${used} used. Requests are refused with status ${refusedWith} until the limit resets or is raised.`,
  reset: (who, used) => `The usage limit of ${who} has been reset: ${used} used. Requests are served again.`,
}

export function alertText({ type, about, spent }: Alert): string {
  const used = `${amountText(about, spent)} of ${amountText(about, about.amount)}`
  const end = about.endMs === undefined ? 'It never resets by itself' : `It resets at ${instantText(about.endMs)}`
  return `${sentences[type](ownerText(about.owner), used)} It counts since ${instantText(about.startMs)}. ${end}.`
}
