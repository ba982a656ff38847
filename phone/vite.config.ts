import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineConfig, type Plugin } from 'vite'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const OURS = /^(app|claim|approval)\./

/** `virtual:words/nl`: this app's keys of /texts/nl.json and nothing else. */
function words(): Plugin {
  const prefix = 'virtual:words/'
  const file = (lang: string) => here(`../texts/${lang}.json`)
  return {
    name: 'zelf-words',
    resolveId: (id) => (id.startsWith(prefix) ? `\0${id}` : undefined),
    load(id) {
      if (!id.startsWith(`\0${prefix}`)) return undefined
      const path = file(id.slice(prefix.length + 1))
      this.addWatchFile(path)
      const all = JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>
      return `export default ${JSON.stringify(Object.fromEntries(Object.entries(all).filter(([key]) => OURS.test(key))))}`
    },
  }
}

/** Tells the service worker what the shell is made of, and under which version. */
function shell(): Plugin {
  return {
    name: 'zelf-shell',
    apply: 'build',
    enforce: 'post',
    generateBundle(_, bundle) {
      const worker = bundle['sw.js']
      if (worker?.type !== 'chunk') throw new Error('sw.js is missing')
      const still = ['manifest.webmanifest', 'icon-192.png', 'icon-512.png', 'icon-maskable-512.png']
      const built = Object.keys(bundle).filter((name) => name !== 'sw.js' && name !== 'index.html' && !name.endsWith('.map'))
      const files = ['/', ...[...built, ...still].sort().map((name) => `/${name}`)]
      const page = bundle['index.html']
      const sum = createHash('sha256').update(JSON.stringify(files)).update(page?.type === 'asset' ? page.source : '').update(worker.code)
      worker.code = worker.code.replaceAll('__FILES__', JSON.stringify(files)).replaceAll('__VERSION__', JSON.stringify(sum.digest('hex').slice(0, 12)))
    },
  }
}

export default defineConfig(async ({ command, isPreview }) => ({
  root: here('.'),
  plugins: [words(), shell(), ...(command === 'serve' && !process.env.VITEST && !isPreview ? [(await import('./mock/plugin.ts')).mock()] : [])],
  build: {
    outDir: 'dist',
    target: 'es2022',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    rollupOptions: {
      input: { index: here('index.html'), sw: here('src/sw.ts') },
      output: { entryFileNames: (chunk: { name: string }) => (chunk.name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js') },
    },
  },
  server: { port: 8412, strictPort: true, fs: { allow: [here('..')] } },
  test: { environment: 'node', include: ['test/**/*.test.ts'] },
}))
