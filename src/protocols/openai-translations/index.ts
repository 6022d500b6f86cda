/** OpenAI's endpoint for translations of audio into English: like a transcription, in another tongue. */
import { hearing } from '../openai-transcriptions/index.ts'

export const openaiTranslations = hearing('openai-translations', 'translations')
