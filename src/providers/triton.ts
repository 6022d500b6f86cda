/** NVIDIA Triton Inference Server with its OpenAI-compatible frontend, on a machine of your own. docs.nvidia.com/deeplearning/triton-inference-server */
import { bearer } from './auth/headers.ts'
import { defineProvider } from './provider.ts'

export const triton = defineProvider({
  id: 'triton',
  name: 'NVIDIA Triton',
  speaks: {
    'openai-chat': '/v1/chat/completions',
    'openai-completions': '/v1/completions',
    'float-embeddings': '/v1/embeddings',
  },
  authenticate: bearer(),
})
