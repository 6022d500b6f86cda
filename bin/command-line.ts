/** Reads the options of a command, and says where to look when one is not known. */
import { type ParseArgsConfig, parseArgs } from 'node:util'
import { GatewayError } from '../src/errors.ts'

type OptionsConfig = NonNullable<ParseArgsConfig['options']>

/** Throws GatewayError `invalid_request`. */
export function readOptions<T extends OptionsConfig>(
  args: readonly string[],
  options: T,
): ReturnType<typeof parseArgs<{ args: string[]; options: T }>>['values'] {
  try {
    return parseArgs({ args: [...args], options }).values
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown)
    throw new GatewayError('invalid_request', `${reason}; --help lists what there is`)
  }
}

export const textOption = { type: 'string' } as const
export const flagOption = { type: 'boolean' } as const
export const helpOption = { type: 'boolean', short: 'h' } as const
