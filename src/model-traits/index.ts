/** One table of what each model takes. */
export { anyTraits } from './defaults.ts'
export { dialects } from './dialects.ts'
export { changeTraits, findTraits } from './find-traits.ts'
export {
  billedUnit,
  embedsPictures,
  hasDocumentedPictureTokens,
  isVersionOfSd3,
  takesOneText,
} from './other-endpoints.ts'
export { plainName } from './plain-name.ts'
export { readTraitChanges } from './read-changes.ts'
export type {
  Maker,
  ModelTraits,
  NameRule,
  SchemaDialect,
  SchemaDialectName,
  TraitChanges,
} from './traits.ts'
