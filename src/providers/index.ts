/** The list of AI providers, written out. */

import { threeZeroTwoAi } from './302ai.ts'
import { ai21 } from './ai21.ts'
import { aibadgr } from './aibadgr.ts'
import { anthropic } from './anthropic.ts'
import { anyscale } from './anyscale.ts'
import { azureAi } from './azure-ai.ts'
import { azureOpenai } from './azure-openai.ts'
import { bedrock } from './bedrock.ts'
import { bedrockMantle } from './bedrock-mantle.ts'
import { byteplus } from './byteplus.ts'
import { bytez } from './bytez.ts'
import { cerebras } from './cerebras.ts'
import { claudePlatformAws } from './claude-platform-aws.ts'
import { cohere } from './cohere.ts'
import { cometapi } from './cometapi.ts'
import { cortex } from './cortex.ts'
import { dashscope } from './dashscope.ts'
import { databricks } from './databricks.ts'
import { deepbricks } from './deepbricks.ts'
import { deepinfra } from './deepinfra.ts'
import { deepseek } from './deepseek.ts'
import { demo } from './demo.ts'
import { falAi } from './fal-ai.ts'
import { featherlessAi } from './featherless-ai.ts'
import { fireworksAi } from './fireworks-ai.ts'
import { github } from './github.ts'
import { google } from './google.ts'
import { groq } from './groq.ts'
import { huggingface } from './huggingface.ts'
import { hyperbolic } from './hyperbolic.ts'
import { inferenceNet } from './inference-net.ts'
import { iointelligence } from './iointelligence.ts'
import { jina } from './jina.ts'
import { klusterAi } from './kluster-ai.ts'
import { krutrim } from './krutrim.ts'
import { lambda } from './lambda.ts'
import { latitude } from './latitude.ts'
import { lemonfoxAi } from './lemonfox-ai.ts'
import { lepton } from './lepton.ts'
import { lightningAi } from './lightning-ai.ts'
import { lingyi } from './lingyi.ts'
import { lmstudio } from './lmstudio.ts'
import { matterai } from './matterai.ts'
import { meshy } from './meshy.ts'
import { milvus } from './milvus.ts'
import { minimax } from './minimax.ts'
import { mistralAi } from './mistral-ai.ts'
import { modal } from './modal.ts'
import { monsterapi } from './monsterapi.ts'
import { moonshot } from './moonshot.ts'
import { ncompass } from './ncompass.ts'
import { nebius } from './nebius.ts'
import { nextbit } from './nextbit.ts'
import { nomic } from './nomic.ts'
import { novitaAi } from './novita-ai.ts'
import { nscale } from './nscale.ts'
import { ollama } from './ollama.ts'
import { openai } from './openai.ts'
import { openrouter } from './openrouter.ts'
import { oracle } from './oracle.ts'
import { ovhcloud } from './ovhcloud.ts'
import { parasail } from './parasail.ts'
import { perplexityAi } from './perplexity-ai.ts'
import { pinecone } from './pinecone.ts'
import { predibase } from './predibase.ts'
import type { AiProvider } from './provider.ts'
import { qdrant } from './qdrant.ts'
import { recraftAi } from './recraft-ai.ts'
import { rekaAi } from './reka-ai.ts'
import { replicate } from './replicate.ts'
import { sagemaker } from './sagemaker.ts'
import { sambanova } from './sambanova.ts'
import { scenarioAi } from './scenario-ai.ts'
import { segmind } from './segmind.ts'
import { selfHosted } from './self-hosted.ts'
import { sglang } from './sglang.ts'
import { siliconflow } from './siliconflow.ts'
import { stabilityAi } from './stability-ai.ts'
import { togetherAi } from './together-ai.ts'
import { tripo3d } from './tripo3d.ts'
import { triton } from './triton.ts'
import { upstage } from './upstage.ts'
import { vertexAi } from './vertex-ai.ts'
import { vllm } from './vllm.ts'
import { voyage } from './voyage.ts'
import { workersAi } from './workers-ai.ts'
import { xAi } from './x-ai.ts'
import { zAi } from './z-ai.ts'
import { zhipu } from './zhipu.ts'

const list: readonly AiProvider[] = [
  openai,
  anthropic,
  bedrock,
  claudePlatformAws,
  bedrockMantle,
  azureOpenai,
  azureAi,
  google,
  vertexAi,
  groq,
  mistralAi,
  deepseek,
  togetherAi,
  fireworksAi,
  openrouter,
  xAi,
  cerebras,
  perplexityAi,
  nebius,
  deepinfra,
  cohere,
  huggingface,
  databricks,
  aibadgr,
  anyscale,
  byteplus,
  cometapi,
  cortex,
  dashscope,
  deepbricks,
  featherlessAi,
  github,
  hyperbolic,
  inferenceNet,
  iointelligence,
  klusterAi,
  krutrim,
  lambda,
  latitude,
  lemonfoxAi,
  lepton,
  lingyi,
  matterai,
  minimax,
  modal,
  monsterapi,
  moonshot,
  ncompass,
  nextbit,
  novitaAi,
  nscale,
  ovhcloud,
  parasail,
  predibase,
  sambanova,
  siliconflow,
  threeZeroTwoAi,
  upstage,
  workersAi,
  zAi,
  zhipu,
  ai21,
  bytez,
  falAi,
  jina,
  lightningAi,
  meshy,
  milvus,
  nomic,
  oracle,
  pinecone,
  qdrant,
  recraftAi,
  rekaAi,
  replicate,
  sagemaker,
  scenarioAi,
  segmind,
  stabilityAi,
  tripo3d,
  voyage,
  ollama,
  triton,
  vllm,
  sglang,
  lmstudio,
  selfHosted,
  demo,
]

const byName = new Map(list.flatMap((row) => [row.id, ...row.aliases].map((name) => [name, row] as const)))

/** By id or alias, in any case. */
export function findAiProvider(name: string): AiProvider | undefined {
  return byName.get(name.toLowerCase())
}

export function canonicalId(name: string): string | undefined {
  return findAiProvider(name)?.id
}

export function listAiProviders(): readonly AiProvider[] {
  return list
}

/** The same as one object, for whoever declares a port of it. */
export const aiProviders = { find: findAiProvider, canonicalId, list: listAiProviders }
