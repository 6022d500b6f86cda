/** Makes of a request one that its model takes. What is changed is told; what cannot be fitted without changing the meaning is refused. */
import type { InferenceRequest, Warning } from '../../inference/index.ts'
import type { ModelTraits } from '../../model-traits/index.ts'
import { present } from '../fields.ts'
import type { Restoration } from '../protocol.ts'
import { fitFormat } from './format.ts'
import { fitMessages } from './messages.ts'
import { fitSampling } from './sampling.ts'
import { fitToolChoice, fitTools, type RenamedTools } from './tools.ts'
import { type FittedUser, fitUser } from './user.ts'

export interface FittedRequest {
  readonly request: InferenceRequest
  /** The end user; `request.user` is its value. */
  readonly user?: FittedUser
  /** What the answer has to be given back; absent = nothing. */
  readonly restoration?: Restoration
}

/** Throws GatewayError `unsupported_parameter`. Efforts and thinking are left to the wires, whose words for them differ. */
export function fitRequest(
  asked: InferenceRequest,
  { traits, wire }: { readonly traits: ModelTraits; readonly wire: string },
  warnings: Warning[],
): FittedRequest {
  const renamed: RenamedTools = new Map()
  const { request: formatted, formatTool } = fitFormat(asked, traits, warnings)
  const chosen = withoutAbsent({ ...formatted, ...fitToolChoice(formatted, traits, warnings) })
  const tooled = { ...chosen, ...fitTools(chosen, { traits, warnings, renamed }) }
  const messages = fitMessages(tooled.messages, { traits, warnings, wire })
  const user = fitUser(asked.user, traits, warnings)
  const request = withoutAbsent({
    ...tooled,
    ...fitSampling(tooled, traits, warnings),
    messages,
    user: user?.value,
  })
  const isRestored = renamed.size > 0 || formatTool !== undefined
  return {
    request,
    ...(user === undefined ? {} : { user }),
    ...(isRestored ? { restoration: { toolNames: renamed, ...(formatTool === undefined ? {} : { formatTool }) } } : {}),
  }
}

function withoutAbsent(request: { readonly [K in keyof InferenceRequest]: InferenceRequest[K] | undefined }) {
  return present(request) as InferenceRequest
}
