// This phone's own memory: IndexedDB, one store of named values and one of receipts. Key objects live here, never key bytes.

const NAME = 'zelf'
const VALUES = 'values'
const RECEIPTS = 'receipts'

/** The browser does not let us keep anything (private mode, blocked storage). */
export class NoStorage extends Error {
  override name = 'NoStorage'
}

export interface Writes {
  /** Values to write; `undefined` removes. */
  values?: Record<string, unknown>
  /** A receipt to add. */
  receipt?: unknown
  /** Forget everything first. */
  wipe?: boolean
}

export class Store {
  readonly #db: IDBDatabase

  private constructor(db: IDBDatabase) {
    this.#db = db
  }

  static async open(name = NAME): Promise<Store> {
    try {
      const request = indexedDB.open(name, 1)
      request.onupgradeneeded = () => {
        request.result.createObjectStore(VALUES)
        request.result.createObjectStore(RECEIPTS, { autoIncrement: true })
      }
      return new Store(await done(request))
    } catch {
      throw new NoStorage()
    }
  }

  async get<T>(key: string): Promise<T | undefined> {
    return done(this.#db.transaction(VALUES).objectStore(VALUES).get(key)) as Promise<T | undefined>
  }

  async receipts(): Promise<unknown[]> {
    return done(this.#db.transaction(RECEIPTS).objectStore(RECEIPTS).getAll())
  }

  /** All or nothing, and on disk before it resolves: a killed app finds what it promised. */
  async write({ values = {}, receipt, wipe = false }: Writes): Promise<void> {
    const tx = this.#db.transaction([VALUES, RECEIPTS], 'readwrite', { durability: 'strict' })
    const stored = tx.objectStore(VALUES)
    if (wipe) {
      stored.clear()
      tx.objectStore(RECEIPTS).clear()
    }
    for (const [key, value] of Object.entries(values)) {
      if (value === undefined) stored.delete(key)
      else stored.put(value, key)
    }
    if (receipt !== undefined) tx.objectStore(RECEIPTS).add(receipt)
    await new Promise<void>((resolve, reject) => {
      tx.oncomplete = () => resolve()
      tx.onerror = tx.onabort = () => reject(tx.error ?? new NoStorage())
    })
  }
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error ?? new NoStorage())
  })
}
