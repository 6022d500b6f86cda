/** What a model takes and refuses, as data. Knows no wire, no provider and no request. */

/** Who trains the model; some settings are spelled in its maker's own words. */
export type Maker =
  | 'Amazon'
  | 'Anthropic'
  | 'Cohere'
  | 'DeepSeek'
  | 'Google'
  | 'Meta'
  | 'Mistral AI'
  | 'Moonshot AI'
  | 'OpenAI'
  | 'Perplexity'
  | 'Alibaba'
  | 'xAI'
  | 'unknown'

/** What OpenAI's chat endpoint does with a request; its Responses endpoint takes all of them. */
export type ChatSupport =
  | 'all'
  /** Function tools are refused beside an effort other than `none`; without an effort they are taken. */
  | 'tools-without-effort'
  /** Function tools are refused unless the effort is `none` in so many words. */
  | 'tools-with-effort-none'
  /** The model is not served there. */
  | 'none'

export type ThinkingKind =
  | 'none'
  /** A number of tokens; the adaptive kind is refused. */
  | 'budget'
  /** Both are taken. */
  | 'budget-or-adaptive'
  /** The model decides itself; a budget is refused. */
  | 'adaptive'
  /** As `adaptive`, and it cannot be switched off. */
  | 'always-adaptive'
  /** A word for how much; Gemini's `thinkingLevel`. */
  | 'level'
  /** Thinks when it is told an effort, and by itself. */
  | 'effort'

export interface SamplingTraits {
  /** `default` = any value but the default is refused, so it is left out. */
  readonly temperature: 'any' | 'default'
  /** The highest; a higher one is lowered. */
  readonly maxTemperature: number
  readonly topP: boolean
  readonly topK: boolean
  /** Temperature and top_p are refused together. */
  readonly isOneOnly: boolean
  readonly penalties: boolean
  readonly logprobs: boolean
  readonly logitBias: boolean
  /** All of the above only while the effort is `none`; `default` = it is none where the request says nothing. */
  readonly onlyWithoutEffort: 'no' | 'said' | 'default'
}

/** Which JSON Schema a model takes for one use of it. */
export interface SchemaDialect {
  readonly name: SchemaDialectName
  /** Keywords that are refused, and moved into the description. */
  readonly refused: readonly string[]
  /** The only keys at the top; absent = all. */
  readonly topKeys?: readonly string[]
  /** `anyOf`, `oneOf` and `allOf` may stand at the top. */
  readonly allowsTopUnions: boolean
  /** `$ref` is understood; otherwise references are written out. */
  readonly allowsReferences: boolean
  /** Every object must say `additionalProperties: false`. */
  readonly needsClosedObjects: boolean
}

export type SchemaDialectName =
  | 'any'
  | 'plain'
  | 'strict-openai'
  | 'strict-claude'
  | 'claude'
  | 'nova'
  | 'generate-content'

export interface NameRule {
  readonly maxLength: number
  /** Tests one character; absent = any. */
  readonly character?: RegExp
  /** The first character, where less is allowed there. */
  readonly first?: RegExp
  /** Exactly so long; absent = up to `maxLength`. */
  readonly isExact?: boolean
}

export interface UserRule {
  readonly maxLength: number
  /** Tests one character; absent = any. */
  readonly character?: RegExp
  /** An e-mail address or a telephone number is refused. */
  readonly refusesPersonal: boolean
  /** The field of a hash, where it is not the usual one. */
  readonly hashField?: 'safety_identifier'
}

export interface ImageTraits {
  /** Top-level keys of an image request that are refused; absent = none. */
  readonly refused?: readonly string[]
  /** A word of `quality` → the nearest that is known. */
  readonly qualities?: Readonly<Record<string, string>>
  /** The most pictures of one request. */
  readonly maxCount?: number
}

export interface ModelTraits {
  readonly maker: Maker
  readonly chat: ChatSupport
  readonly sampling: SamplingTraits
  /** The most stop sequences; 0 = the parameter is refused. */
  readonly maxStops: number
  /** Stop sequences of white space alone are taken. */
  readonly allowsBlankStops: boolean
  /** What the cap of the output is called on OpenAI's chat; `either` = both names are taken. */
  readonly outputCap: 'max_tokens' | 'max_completion_tokens' | 'either'
  /** The most tokens of an answer; a higher cap is refused. Absent = not known. */
  readonly maxOutputTokens?: number
  /** In ascending order; [] = the parameter is refused; absent = not known, so any word is sent. */
  readonly efforts?: readonly string[]
  readonly thinking: ThinkingKind
  /** The least and the most of a budget. */
  readonly budget?: readonly [least: number, most: number]
  /** A word that is nearer in meaning than in the order of words. */
  readonly effortAliases?: Readonly<Record<string, string>>
  /** A schema for the answer: as such, as a tool that is forced, or not at all. */
  readonly structuredOutput: 'native' | 'tool' | 'none'
  readonly formatDialect: SchemaDialectName
  readonly toolDialect: SchemaDialectName
  readonly strictToolDialect: SchemaDialectName
  readonly toolChoices: readonly ToolChoiceName[]
  /** The switch for several calls at once is understood. */
  readonly hasParallelSwitch: boolean
  readonly toolName: NameRule
  readonly callId: NameRule
  /** The conversation must begin with the user. */
  readonly userFirst: boolean
  /** The conversation may end with the beginning of the answer. */
  readonly prefill: boolean
  /** Text of white space alone is taken. */
  readonly allowsBlankText: boolean
  /** The developer role is known; otherwise it is system. */
  readonly hasDeveloperRole: boolean
  readonly imageTypes: readonly string[]
  /** `all` = whatever type it is of. */
  readonly documentTypes: readonly string[] | 'all'
  readonly audio: boolean
  /** Where the prompt may be marked for caching. */
  readonly cacheMarks: 'none' | 'content' | 'content-and-tools'
  /** Signed thinking is taken back. */
  readonly takesReasoning: boolean
  /** Thinking is handed out and taken back as OpenRouter's `reasoning_details`. */
  readonly takesReasoningDetails: boolean
  /** Calls of the running turn must bring their signature, results name their call by id and may hold media. */
  readonly signsCalls: boolean
  /** A form for the answer is taken beside tools. */
  readonly formatWithTools: boolean
  /** Betas that may be asked for; absent = all. */
  readonly betas?: readonly string[]
  readonly user: UserRule
  /** Several answers of one request. */
  readonly multipleAnswers: boolean
  readonly seed: boolean
  readonly images?: ImageTraits
}

export type ToolChoiceName = 'auto' | 'none' | 'required' | 'tool'

/** Traits that differ from those of the family. */
export type TraitChanges = {
  readonly [K in keyof ModelTraits]?: ModelTraits[K] extends object
    ? ModelTraits[K] extends readonly unknown[]
      ? ModelTraits[K]
      : Partial<ModelTraits[K]>
    : ModelTraits[K]
}

/** Some models of a family. */
export interface TraitRow {
  /** As people call them. */
  readonly models: string
  /** Against the plain name; see `plainName`. */
  readonly pattern: RegExp
  readonly traits: TraitChanges
  /** Documentation or public reports. */
  readonly sources: readonly string[]
}

export interface Family {
  readonly name: string
  readonly pattern: RegExp
  readonly traits: TraitChanges
  readonly sources: readonly string[]
  /** Every row that fits is applied, in this order. */
  readonly rows: readonly TraitRow[]
}
