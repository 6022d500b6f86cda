/** The neutral form: types and folds. Knows no wire, no vendor, no HTTP. */
export type { Carry } from './carry.ts'
export type { Block, Citation, InferenceEvent, Picture, TokenLogprob } from './event.ts'
export type { Finish, FinishReason } from './finish.ts'
export { type CollectedAnswer, type CollectedBlock, collect, eventOrderProblems } from './fold.ts'
export type {
  CacheMark,
  InferenceRequest,
  Message,
  OutputFormat,
  Part,
  Reasoning,
  Role,
  Source,
  Tool,
  ToolChoice,
} from './request.ts'
export { addUsage, mergeUsage, totalInput, totalTokens, type Units, type Usage } from './usage.ts'
export type { Warning } from './warning.ts'
