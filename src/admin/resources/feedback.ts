/** `POST /feedback`, `PUT /feedback/{id}`: what people say of a trace. */
import * as z from 'zod/mini'
import { GatewayError } from '../../errors.ts'
import type { Feedback } from '../../observe/feedback.ts'
import { invalid } from '../../observe/read-query.ts'
import { requireAny } from '../caller.ts'
import { feedbackAnswer } from '../document-answers.ts'
import { type AdminRequest, type JsonObject, param } from '../request.ts'
import type { Resource } from '../resource.ts'

const writers = ['logs.write', 'completions.write']
const mostAtOnce = 500

const ratingFields = z.object({
  value: z.optional(z.int()),
  weight: z.optional(z.number()),
  metadata: z.optional(z.record(z.string(), z.unknown())),
})
const createFields = z.object({ trace_id: z.string(), ...ratingFields.shape })

export const feedback: Resource = {
  object: 'feedback',
  path: '/feedback',
  verbs: [
    {
      method: 'POST',
      path: '/feedback',
      handle: create,
      shape: { summary: 'Say what a trace was worth, one or a list', body: createFields, answer: feedbackAnswer },
    },
    {
      method: 'PUT',
      path: '/feedback/{id}',
      handle: update,
      shape: { summary: 'Change feedback; what is absent stays', body: ratingFields, answer: feedbackAnswer },
    },
  ],
}

async function create(request: AdminRequest): Promise<JsonObject> {
  const workspaceId = ownWorkspace(request)
  const given = entriesOf(request.body)
  if (given.length > mostAtOnce)
    throw invalid('feedback', `${given.length} entries were sent; at most ${mostAtOnce} are taken at once`)
  const list = given.map((entry, at): Feedback => {
    const where = given.length === 1 ? '' : `[${at}].`
    if (typeof entry.trace_id !== 'string' || entry.trace_id === '')
      throw invalid(`${where}trace_id`, `${where}trace_id is missing; give the trace that the feedback is about`)
    return {
      id: request.ports.ambient.newId(),
      workspaceId,
      traceId: entry.trace_id,
      createdAtMs: request.nowMs,
      ...rating(entry, { where }),
    }
  })
  for (const one of list) await request.ports.feedback.put(one)
  return told(
    'Feedback was saved',
    list.map(({ id }) => id),
  )
}

async function update(request: AdminRequest): Promise<JsonObject> {
  const workspaceId = ownWorkspace(request)
  const id = param(request, 'id')
  const before = await request.ports.feedback.read(id)
  if (before === undefined || before.workspaceId !== workspaceId)
    throw new GatewayError('not_found', `there is no feedback '${id.slice(0, 80)}' in this workspace`)
  await request.ports.feedback.put({ ...before, ...rating(request.body, { where: '', before }) })
  return told('Feedback was updated', [id])
}

function ownWorkspace({ caller }: AdminRequest): string {
  requireAny(caller, writers)
  if (caller.workspaceId !== undefined) return caller.workspaceId
  throw new GatewayError(
    'permission_denied',
    'feedback is given with a workspace api key; an organisation key has no workspace',
  )
}

function told(message: string, ids: readonly string[]): JsonObject {
  return { status: 'success', message, feedback_ids: ids }
}

/** One object, a list, or a list as some clients send it: an object with the keys 0, 1, 2. */
function entriesOf(body: JsonObject): readonly JsonObject[] {
  const values = Object.values(body)
  const isList = values.length > 0 && Object.keys(body).every((key, at) => key === String(at))
  return isList ? values.map((each) => (isObject(each) ? each : {})) : [body]
}

interface Given {
  /** Before names in messages. */
  readonly where: string
  /** What is not given stays. */
  readonly before?: Feedback
}

function rating({ value, weight, metadata }: JsonObject, { where, before }: Given) {
  const given = value ?? before?.value
  if (typeof given !== 'number' || !Number.isInteger(given) || Math.abs(given) > 10)
    throw invalid(
      `${where}value`,
      `${where}value is ${JSON.stringify(value) ?? 'missing'}; give a whole number from -10 to 10`,
    )
  const counted = weight ?? before?.weight ?? 1
  if (typeof counted !== 'number' || counted < 0 || counted > 1)
    throw invalid(`${where}weight`, `${where}weight is ${JSON.stringify(weight)}; give a number from 0 to 1`)
  const said = metadata ?? before?.metadata ?? {}
  if (!isObject(said)) throw invalid(`${where}metadata`, `${where}metadata must be an object`)
  return { value: given, weight: counted, metadata: said }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
