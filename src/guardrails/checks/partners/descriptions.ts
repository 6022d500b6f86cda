/** Which checks are other companies' services, and what they may do. What they ask is loaded when one is used. */
import { inputAndOutput, inputOnly, outputOnly } from '../check.ts'
import type { CheckDescription } from '../on-demand/load.ts'

const onlyWhenRedacting: NonNullable<CheckDescription['mayChange']> = (given) => given.flag('redact')

function heads(ids: string, head: Omit<CheckDescription, 'id'>): readonly CheckDescription[] {
  return ids
    .trim()
    .split(/\s+/)
    .map((id) => ({ id, ...head }))
}

export const partnerDescriptions: readonly CheckDescription[] = [
  { id: 'panwPrismaAirs.intercept', aliases: ['panw-prisma-airs.intercept'], hooks: inputAndOutput },
  ...heads(
    `azure.contentSafety azure.shieldPrompt azure.protectedMaterial mistral.moderateContent lakera.guard
     lasso.classify zscaler-ai-guard.zscalerprotect promptfoo.guard promptfoo.harm aporia.validateProject
     patronus.phi patronus.pii patronus.toxicity qualifire.contentModeration qualifire.pii qualifire.policy`,
    { hooks: inputAndOutput },
  ),
  ...heads('promptsecurity.protectPrompt qualifire.promptInjections', { hooks: inputOnly }),
  ...heads(
    `promptsecurity.protectResponse patronus.isConcise patronus.isHelpful patronus.isPolite patronus.noApologies
     patronus.noGenderBias patronus.noRacialBias patronus.custom qualifire.hallucinations qualifire.grounding`,
    { hooks: outputOnly },
  ),
  ...heads('azure.pii pangea.textGuard pangea.pii promptfoo.pii f5-guardrails.scan', {
    hooks: inputAndOutput,
    mayChange: onlyWhenRedacting,
  }),
  { id: 'crowdstrike-aidr.guardChatCompletions', hooks: inputAndOutput, mayChange: () => true },
  { id: 'exa.online', hooks: inputOnly, mayChange: () => true },
]
