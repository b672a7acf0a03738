/** Where drizzle-kit finds the tables and writes migrations: `npx drizzle-kit generate`. */
import { defineConfig } from 'drizzle-kit'

export default defineConfig({
  dialect: 'postgresql',
  casing: 'snake_case',
  schema: './src/store/schema.ts',
  out: './src/store/migrations',
})
