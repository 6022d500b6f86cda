/** A streamed answer that goes out as it is judged: whole, or by windows of its text. Nothing that was not judged gets past. */

import { GatewayError } from '../../../errors.ts'
import type { Guardrail, StreamWindow } from '../../../guardrails/guardrail.ts'
import { mayReplaceText } from '../../../guardrails/may-replace-text.ts'
import { isInScope } from '../../../guardrails/run.ts'
import { windowOf } from '../../../guardrails/stream-window.ts'
import type { InferenceEvent } from '../../../inference/index.ts'
import { type AnswerShare, answerMemory } from '../../answer/answer-memory.ts'
import type { EventBatch, Step, StreamAnswer } from '../../line/answer.ts'
import type { Line } from '../../line/line.ts'
import type { Task } from '../../line/task.ts'
import { answerSlot, eventContent, readKind, slotContent, withoutSignature } from './guard-content.ts'
import { isHolding } from './guard-input.ts'
import { denied, type Judging, judge, judgeWindow } from './guards.ts'
import { HeldBlock } from './held-block.ts'

export interface Holding {
  readonly task: Task
  readonly answer: StreamAnswer
  /** All that look at the answer; those that hold are among them. */
  readonly guardrails: readonly Guardrail[]
  readonly line: Line
}

export class HeldStream {
  readonly #holding: Holding
  readonly #judging: Omit<Judging, 'content'>
  readonly #holders: readonly Guardrail[]
  readonly #windows: readonly StreamWindow[]
  readonly #isWhole: boolean
  /** Text may be changed while it goes out, so every event is written anew. */
  readonly #isRewriting: boolean
  readonly #blocks = new Map<number, HeldBlock>()
  /** In their order; what its first may not pass, those behind it do not either. */
  readonly #queue: Step[] = []
  readonly #memory: AnswerShare
  #hasFed = false
  /** Some text has gone out; before it, nothing does: the answer may still be another's. */
  #hasBegun = false
  #hasEnded = false

  constructor(holding: Holding) {
    const { task, answer, guardrails, line } = holding
    this.#holding = holding
    this.#holders = guardrails.filter(isHolding)
    this.#memory = answerMemory.open(0, line.cancellation.signal)
    this.#windows = this.#holders.map(windowOf)
    this.#isWhole = this.#windows.some(({ type }) => type === 'whole')
    this.#isRewriting = !this.#isWhole && this.#holders.some(mayReplaceText)
    const attempt = line.record.attempts.length
    this.#judging = { task, target: answer.target, hook: 'output', guardrails, line, attempt }
  }

  /** What may go out; `silence` also when there was something, but nothing that may. */
  async next(patienceMs: number): Promise<EventBatch> {
    const { ambient } = this.#holding.line.ports
    const untilMs = ambient.now() + patienceMs
    try {
      for (;;) {
        if (this.#hasEnded) return { type: 'end' }
        const leftMs = untilMs - ambient.now()
        if (leftMs <= 0) return { type: 'silence' }
        const fed = await this.#feed(leftMs)
        if (fed !== undefined) return fed
        const steps = this.#release()
        if (steps.length > 0) return { type: 'steps', steps }
      }
    } catch (cause) {
      if (cause instanceof GatewayError) return { type: 'broken', cause }
      throw cause
    }
  }

  close(): void {
    this.#holding.answer.source.close()
  }

  /** undefined = look what may go out now. */
  async #feed(patienceMs: number): Promise<EventBatch | undefined> {
    const { source, steps, meter } = this.#holding.answer
    const isFirst = !this.#hasFed
    this.#hasFed = true
    const fed: EventBatch = isFirst ? { type: 'steps', steps } : await source.next(patienceMs)
    if (fed.type === 'broken') return fed
    // Of an answer that broke, what was not judged is not shown.
    if (meter.error !== undefined) return { type: 'broken', cause: meter.error }
    const hasAll = meter.finish !== undefined
    if (fed.type === 'silence' && !hasAll) return fed
    if (fed.type === 'steps') {
      for (const step of fed.steps) this.#take(step)
      if (!this.#isWhole) await this.#judgeSome()
    } else {
      await this.#judgeAll()
      this.#hasEnded = true
    }
    return undefined
  }

  #take(step: Step): void {
    if (this.#isWhole) this.#memory.add(step.frame.bytes.length)
    if (this.#isRewriting) this.#queue.push(...step.events.map((event) => rewritten([event])))
    else this.#queue.push(step)
    for (const event of step.events) {
      if (event.type === 'block-start') this.#open(event)
      else if (event.type === 'block-delta') this.#blocks.get(event.index)?.add(event.text)
      else if (event.type === 'block-end') this.#blocks.get(event.index)?.end()
    }
  }

  #open({ index, block }: Extract<InferenceEvent, { type: 'block-start' }>): void {
    const kind = readKind(block)
    if (kind === undefined) return
    const slot = answerSlot(kind, '')
    const isHeld = this.#holders.some((holder) => isInScope(holder, slot, 'output'))
    this.#blocks.set(index, new HeldBlock({ isHeld, slot, windows: this.#windows }))
  }

  async #judgeSome(): Promise<void> {
    const held = [...this.#blocks.values()].filter(({ isHeld }) => isHeld)
    const due = held.filter((block) => block.isDue())
    if (due.length === 0) return
    const ask = async (textOf: (block: HeldBlock) => string) => {
      const content = slotContent(held.map((block) => ({ ...block.slot, text: textOf(block) })))
      const outcome = await judgeWindow({ ...this.#judging, content }, this.#holders)
      if (outcome.deniedBy !== undefined) throw denied(outcome.deniedBy, 'output', this.#holding.line)
      return outcome.content.slots.map(({ text }) => text)
    }
    for (const block of held) block.aim()
    const texts = await ask((block) => block.judged)
    const unsure = held.filter((block, at) => !block.judgedAs(texts[at] ?? ''))
    if (unsure.length === 0) return
    // A change on either side of the border: what the text before it becomes by itself decides.
    const before = await ask((block) => (unsure.includes(block) ? block.aimed : block.judged))
    for (const [at, block] of held.entries())
      if (unsure.includes(block)) block.aimedAs(before[at] ?? '', texts[at] ?? '')
  }

  async #judgeAll(): Promise<void> {
    if (this.#isWhole) return this.#judgeWhole()
    const blocks = [...this.#blocks.values()]
    const content = slotContent(blocks.map((block) => ({ ...block.slot, text: block.text })))
    const outcome = await this.#judge(content)
    for (const [at, block] of blocks.entries()) if (block.isHeld) block.finish(outcome.slots[at]?.text ?? '')
  }

  /** Unchanged, the provider's own frames go out. */
  async #judgeWhole(): Promise<void> {
    const events = this.#queue.flatMap((step) => step.events)
    const content = await this.#judge(eventContent(events))
    for (const block of this.#blocks.values()) block.finish(block.text)
    if ('events' in content && content.events !== events)
      this.#queue.splice(0, this.#queue.length, rewritten(content.events as readonly InferenceEvent[]))
  }

  async #judge(content: Judging['content']): Promise<Judging['content']> {
    const outcome = await judge({ ...this.#judging, content })
    if (outcome.deniedBy !== undefined) throw denied(outcome.deniedBy, 'output', this.#holding.line)
    return outcome.content
  }

  #release(): readonly Step[] {
    if (this.#isWhole) return this.#hasEnded ? this.#queue.splice(0) : []
    const released: Step[] = []
    for (let step = this.#queue[0]; step !== undefined; step = this.#queue[0]) {
      const [event] = step.events
      if (this.#isRewriting && event?.type === 'block-delta') {
        const block = this.#blocks.get(event.index)
        const text = block?.isHeld === true ? block.takeChanged() : event.text
        if (text !== '') released.push(rewritten([{ ...event, text }]))
      }
      if (!this.#mayPass(step)) break
      this.#queue.shift()
      released.push(...this.#passed(step))
    }
    this.#hasBegun ||= this.#hasEnded || released.some(({ events }) => events.some(isSaid))
    if (this.#hasBegun) return released
    this.#queue.unshift(...released)
    return []
  }

  /** All its text has been judged well. */
  #mayPass({ events }: Step): boolean {
    return events.every(
      (event) => event.type !== 'block-delta' || this.#blocks.get(event.index)?.mayPass(event) !== false,
    )
  }

  #passed(step: Step): readonly Step[] {
    for (const event of step.events) if (event.type === 'block-delta') this.#blocks.get(event.index)?.pass(event)
    if (!this.#isRewriting) return [step]
    const [event] = step.events
    if (event?.type === 'block-delta') return []
    const isSigned = event?.type === 'block-end' && event.signature !== undefined
    const block = isSigned ? this.#blocks.get(event.index) : undefined
    return block?.isChanged === true && isSigned && block.slot.kind === 'reasoning'
      ? [rewritten([withoutSignature(event)])]
      : [step]
  }
}

function isSaid(event: InferenceEvent): boolean {
  return event.type === 'block-delta' && event.text !== ''
}

/** Its frame no longer says what its events do. */
function rewritten(events: readonly InferenceEvent[]): Step {
  return { frame: { bytes: new Uint8Array(0) }, events, isRewritten: true }
}
