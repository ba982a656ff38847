// Runs a TypeScript script with Vite's own loader (Node 20 does not read TypeScript by itself): node scripts/run.mjs scripts/vectors.ts
import { runnerImport } from 'vite'

const [, , script, ...rest] = process.argv
process.argv = [process.argv[0], script, ...rest]
const { module } = await runnerImport(`./${script}`, { configFile: false, logLevel: 'error' })
await module.default?.()
