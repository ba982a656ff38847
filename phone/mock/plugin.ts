// `npm run dev`: the mock answers under /api, /mock and /.well-known of Vite's own server.
import type { Plugin } from 'vite'
import { answer } from './http.ts'
import { Mock } from './server.ts'

export function mock(): Plugin {
  return {
    name: 'zelf-mock',
    async configureServer(server) {
      const made = await Mock.create('http://localhost:8412')
      server.middlewares.use((request, response, next) => {
        void answer(made, request, response).then((done) => (done ? undefined : next()), next)
      })
    },
  }
}
