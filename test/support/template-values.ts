/** Evaluates the references and functions of a synthesised template, with stand-ins on this machine for what AWS would create. */

/** What `Ref` (attribute absent) or `Fn::GetAtt` gives for a resource. */
export type TemplateStandIn = (logicalId: string, attribute?: string) => string

export const localRegion = 'us-east-1'
export const localAccount = '000000000000'

const pseudoParameters: Readonly<Record<string, string>> = {
  'AWS::Region': localRegion,
  'AWS::AccountId': localAccount,
  'AWS::Partition': 'aws',
  'AWS::URLSuffix': 'amazonaws.com',
  'AWS::StackName': 'Sluice',
}

type Evaluate = (value: unknown) => unknown

const functions: Readonly<Record<string, (given: never, evaluate: Evaluate, standIn: TemplateStandIn) => unknown>> = {
  Ref: (name: string, _evaluate, standIn) => pseudoParameters[name] ?? standIn(name),
  'Fn::GetAtt': ([logicalId, attribute]: [string, string], _evaluate, standIn) => standIn(logicalId, attribute),
  'Fn::Join': ([between, parts]: [string, unknown], evaluate) => (evaluate(parts) as string[]).join(between),
  'Fn::Select': ([index, list]: [number | string, unknown], evaluate) => {
    const found = (evaluate(list) as string[])[Number(index)]
    if (found === undefined) throw new Error(`Fn::Select ${index} of ${JSON.stringify(evaluate(list))} finds nothing`)
    return found
  },
  'Fn::Split': ([between, whole]: [string, unknown], evaluate) => String(evaluate(whole)).split(between),
}

/** Throws for a function that is not known here, so that nothing is left unevaluated. */
export function evaluateTemplateValue(value: unknown, standIn: TemplateStandIn): unknown {
  const evaluate: Evaluate = (each) => evaluateTemplateValue(each, standIn)
  if (Array.isArray(value)) return value.map(evaluate)
  if (typeof value !== 'object' || value === null) return value
  const [entry, ...others] = Object.entries(value)
  if (entry !== undefined && others.length === 0 && /^(?:Ref|Fn::.+)$/.test(entry[0])) {
    const run = functions[entry[0]]
    if (run === undefined) throw new Error(`the template uses ${entry[0]}, which is not evaluated here`)
    return run(entry[1] as never, evaluate, standIn)
  }
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, evaluate(each)]))
}
