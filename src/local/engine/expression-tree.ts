/** What expressions are once parsed. Names and values are still placeholders, so that one tree serves every request with the same text. */

/** An attribute and what lies inside it: names, `#aliases` and positions in lists. */
export type Path = readonly (string | number)[]

export type Operand =
  | { readonly type: 'path'; readonly path: Path }
  | { readonly type: 'value'; readonly name: string }
  | { readonly type: 'size'; readonly of: Operand }

export type Comparator = '=' | '<>' | '<' | '<=' | '>' | '>='

export type TestName = 'attribute_exists' | 'attribute_not_exists' | 'attribute_type' | 'begins_with' | 'contains'

export type Condition =
  | { readonly type: 'and' | 'or'; readonly parts: readonly [Condition, Condition] }
  | { readonly type: 'not'; readonly part: Condition }
  | { readonly type: 'compare'; readonly comparator: Comparator; readonly left: Operand; readonly right: Operand }
  | { readonly type: 'between'; readonly operand: Operand; readonly low: Operand; readonly high: Operand }
  | { readonly type: 'in'; readonly operand: Operand; readonly list: readonly Operand[] }
  | { readonly type: 'test'; readonly name: TestName; readonly operands: readonly Operand[] }

export type Source =
  | { readonly type: 'path'; readonly path: Path }
  | { readonly type: 'value'; readonly name: string }
  | { readonly type: 'if_not_exists'; readonly path: Path; readonly otherwise: Source }
  | { readonly type: 'list_append'; readonly first: Source; readonly second: Source }
  | { readonly type: '+' | '-'; readonly left: Source; readonly right: Source }

export interface Update {
  readonly set: readonly { readonly path: Path; readonly source: Source }[]
  readonly remove: readonly Path[]
  readonly add: readonly { readonly path: Path; readonly value: string }[]
  readonly delete: readonly { readonly path: Path; readonly value: string }[]
}

/** A tree and the placeholders that its text uses. */
export interface Parsed<T> {
  /** Names the expression in errors, e.g. `ConditionExpression`. */
  readonly kind: string
  readonly tree: T
  readonly aliases: readonly string[]
  readonly values: readonly string[]
}
