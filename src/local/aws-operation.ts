/** One operation of an AWS service as a function, and the errors that the SDK turns back into its own classes. */

export type Fields = Readonly<Record<string, unknown>>
export type AwsOperation = (input: Fields) => Fields

/** What the service answers with status 400. */
export class AwsRefusal extends Error {
  readonly type: string

  constructor(type: string, message: string) {
    super(message)
    this.name = 'AwsRefusal'
    this.type = type
  }
}

export function requireText(input: Fields, name: string): string {
  const value = input[name]
  if (typeof value === 'string' && value !== '') return value
  throw new AwsRefusal('ValidationException', `${name} must be a non-empty string`)
}
