/** `default.containsCode`: the text has a fenced block in some language. */
import { defineCheck, judge, outputOnly } from './check.ts'

/** What people write after the fence, and the language they mean. */
const names: Readonly<Record<string, string>> = {
  js: 'javascript',
  jsx: 'javascript',
  ts: 'typescript',
  tsx: 'typescript',
  py: 'python',
  python3: 'python',
  sh: 'bash',
  shell: 'bash',
  zsh: 'bash',
  rb: 'ruby',
  rs: 'rust',
  golang: 'go',
  cs: 'csharp',
  'c++': 'cpp',
  yml: 'yaml',
  md: 'markdown',
  kt: 'kotlin',
}

const plain = (name: string): string => {
  const lower = name.toLowerCase().replace('#', 'sharp')
  return Object.hasOwn(names, lower) ? (names[lower] ?? lower) : lower
}

export const containsCode = defineCheck({
  id: 'default.containsCode',
  needsText: true,
  hooks: outputOnly,
  prepare(given) {
    const format = given.text('format')
    return ({ text }) => {
      const found = [...text.matchAll(/^[ \t]*```([\w+#.-]*)[^\n]*\n[\s\S]*?```/gm)].map((match) => match[1] ?? '')
      const isThere = found.some((name) => plain(name) === plain(format))
      const said = isThere ? `there is ${format} code in the text` : `there is no ${format} code in the text`
      return judge(given, isThere, said, {
        detectedFormats: found,
        searchedFormat: format,
        foundFormats: found,
      })
    }
  },
})
