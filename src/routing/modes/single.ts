/** The first target, whatever comes of it. */
import type { Mode } from '../mode.ts'
import { firstOf } from './first-of.ts'

export const single: Mode = async (branch, steps) => steps.run(firstOf(branch))
