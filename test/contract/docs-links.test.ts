/** The documentation as a reader walks it: every link leads somewhere, and every page is found from docs/README.md. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..', '..')
const docs = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.md'))
  .map((path) => join('docs', path))
const pages = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', ...docs]

const read = (page: string) => readFileSync(join(root, page), 'utf8')

/** The anchor that renderers give a heading. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .trim()
    .replaceAll(' ', '-')
}

function anchorsIn(page: string): readonly string[] {
  return [...read(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading))
}

/** Targets inside this project, as paths from its root. */
function linksOf(page: string) {
  const text = read(page).replace(/^```.*?^```/gms, '')
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target = '']) => {
    if (/^[a-z]+:/.test(target)) return []
    const [path = '', anchor] = target.split('#')
    return [{ target, path: path === '' ? page : normalize(join(dirname(page), path)), anchor }]
  })
}

function isDead({ path, anchor }: { path: string; anchor: string | undefined }): boolean {
  if (!existsSync(join(root, path))) return true
  return anchor !== undefined && !anchorsIn(path).includes(anchor)
}

describe('the documentation', () => {
  it.each(pages)('%s has no dead link', (page) => {
    expect(
      linksOf(page)
        .filter(isDead)
        .map(({ target }) => target),
    ).toEqual([])
  })

  it('is found from its index, page by page', () => {
    const linked = linksOf('docs/README.md').map(({ path }) => path)
    const isFolder = (path: string) => statSync(join(root, path)).isDirectory()
    const missing = docs.filter(
      (page) =>
        page !== 'docs/README.md' &&
        !linked.some((path) => path === page || (isFolder(path) && !relative(path, page).startsWith('..'))),
    )
    expect(missing).toEqual([])
  })

  it('has at most forty pages beside the decisions', () => {
    expect(docs.filter((page) => !page.includes('decisions')).length).toBeLessThanOrEqual(40)
  })
})
