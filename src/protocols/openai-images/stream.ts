/** Streams of previews and a finished image: usage and the ending are read, the pictures pass by. */
import { MediaReader, type MediaWire } from '../media-reader.ts'
import { readUsage } from './tokens.ts'

const images: MediaWire = { what: 'image', isLast: (type) => type.endsWith('.completed'), readUsage }

export const openImageReader = () => new MediaReader(images)
