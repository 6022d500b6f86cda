/** Word lists as patterns: `_` is a space or hyphen that may be missing, a last `*` any ending. Scripts without spaces need no borders. */

const withoutBorders = /[\u0e00-\u0eff\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7af]/

export function anyWord(list: string, ending = ''): RegExp {
  const words = list.trim().split(/\s+/)
  const source = (word: string) =>
    word
      .replace(/[.+?()[\]{}^$|\\]/g, '\\$&')
      .replaceAll('_', "[ \\u2019'-]?")
      .replace(/\*$/, '\\p{L}{0,12}')
  const bordered = words.filter((word) => !withoutBorders.test(word)).map(source)
  const free = words.filter((word) => withoutBorders.test(word)).map(source)
  const alternatives = [
    ...(bordered.length > 0 ? [`(?<![\\p{L}\\d])(?:${bordered.join('|')})(?![\\p{L}\\d])`] : []),
    ...free,
  ]
  return new RegExp(`(?:${alternatives.join('|')})${ending}`, 'iu')
}
