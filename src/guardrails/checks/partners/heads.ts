/** Which checks are other companies' services, and what they may do. What they ask is loaded when one is used. */
import { onBoth, onInput, onOutput } from '../check.ts'
import type { CheckHead } from '../on-demand/load.ts'

const onlyWhenRedacting: NonNullable<CheckHead['mayChange']> = (given) => given.flag('redact')

function heads(ids: string, head: Omit<CheckHead, 'id'>): readonly CheckHead[] {
  return ids
    .trim()
    .split(/\s+/)
    .map((id) => ({ id, ...head }))
}

export const partnerHeads: readonly CheckHead[] = [
  { id: 'panwPrismaAirs.intercept', aliases: ['panw-prisma-airs.intercept'], hooks: onBoth },
  ...heads(
    `azure.contentSafety azure.shieldPrompt azure.protectedMaterial mistral.moderateContent lakera.guard
     lasso.classify zscaler-ai-guard.zscalerprotect promptfoo.guard promptfoo.harm aporia.validateProject
     patronus.phi patronus.pii patronus.toxicity qualifire.contentModeration qualifire.pii qualifire.policy`,
    { hooks: onBoth },
  ),
  ...heads('promptsecurity.protectPrompt qualifire.promptInjections', { hooks: onInput }),
  ...heads(
    `promptsecurity.protectResponse patronus.isConcise patronus.isHelpful patronus.isPolite patronus.noApologies
     patronus.noGenderBias patronus.noRacialBias patronus.custom qualifire.hallucinations qualifire.grounding`,
    { hooks: onOutput },
  ),
  ...heads('azure.pii pangea.textGuard pangea.pii promptfoo.pii f5-guardrails.scan', {
    hooks: onBoth,
    mayChange: onlyWhenRedacting,
  }),
  { id: 'crowdstrike-aidr.guardChatCompletions', hooks: onBoth, mayChange: () => true },
  { id: 'exa.online', hooks: onInput, mayChange: () => true },
]
