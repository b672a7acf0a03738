/** Makes the docs' tables from the code: environment, errors, providers. `node tools/make-docs.ts`; with `--check` it only compares. */
import { readFileSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import { featuresOf } from '../src/api/features.ts'
import { capabilitiesOf } from '../src/api/routes/providers.ts'
import { environmentVariables } from '../src/main/environment.ts'
import { ownVariables } from '../src/main/process.ts'
import { everyProvider, ownProviders } from '../src/main/providers.ts'
import { telemetryVariables } from '../src/main/telemetry/settings.ts'
import { codes } from '../src/spec/errors.ts'
import { features, type Feature, type FeatureName } from '../src/spec/features.ts'
import { notesOf } from '../src/spec/provider.ts'

const made = 'Made from the code by `node tools/make-docs.ts`.'

function configuration(): string {
  const own = ownVariables(ownProviders.carriers)
  const described = [
    ...Object.entries(environmentVariables).map(([name, type]) => ({ name, about: type.description ?? '', type })),
    ...own.map(({ env, about, type }) => ({ name: env, about, type })),
  ]
  const rows = described.map(({ name, about, type }) => {
    const { default: fallback } = z.toJSONSchema(type, { io: 'input', unrepresentable: 'any' }) as { default?: unknown } // JSON Schema's own member
    return `| \`${name}\` | ${about} | ${fallback === undefined ? '' : `\`${JSON.stringify(fallback)}\``} |`
  })
  const vendors = everyProvider(ownProviders).flatMap((spec) =>
    Object.entries(spec.settings.shape).flatMap(([name, type]) => {
      const { env, title = name, secret } = notesOf(type as z.ZodType) // a shape holds zod types
      return env ? [`| \`${env}\` | ${spec.label}: ${title}${secret ? ' (secret)' : ''} |`] : []
    }),
  )
  return `# Configuration

Everything is read from the environment, checked at start, and every mistake is named at once. An empty variable counts as absent. ${made}

| Variable | What it is | Default |
|---|---|---|
${rows.join('\n')}

## Traces and figures (OpenTelemetry)

Off until a collector is named; see [observing](observing.md).

| Variable | What it is |
|---|---|
${Object.entries(telemetryVariables)
  .map(([name, about]) => `| \`${name}\` | ${about} |`)
  .join('\n')}

## Carriers from the environment

When a carrier's conventional variables are set, the gateway makes a connection "from environment" at start. Half a set stops the start and says which is missing.

| Variable | Setting |
|---|---|
${vendors.join('\n')}
`
}

function errors(): string {
  const rows = Object.entries(codes).map(
    ([code, { status, retry }]) => `| \`${code}\` | ${status} | ${retry ? 'yes' : 'no'} |`,
  )
  return `# Errors

The API answers failures as \`{"error": {"code", "message", "details"}}\`. The message says what failed, with which value, and what to do; \`details.fields\` names fields.
"Again" tells whether the same request may succeed later without being changed. Carriers get refusals in their own format instead. ${made}

| Code | HTTP status | Again |
|---|---|---|
${rows.join('\n')}
`
}

function providers(): string {
  const rows = everyProvider(ownProviders).map(
    (spec) =>
      `| ${spec.kind} | \`${spec.name}\` | ${spec.label} | ${capabilitiesOf(spec)
        .map((name) => `\`${name}\``)
        .join(' ')} |`,
  )
  return `# Providers

What can be connected, and what each can do, as its specification declares it (\`/v1/providers\` says the same, with settings). ${made}

| Kind | Name | Label | Capabilities |
|---|---|---|---|
${rows.join('\n')}
`
}

function carriers(): string {
  // A browser is no carrier with numbers: it has a page of its own.
  const specs = everyProvider(ownProviders).flatMap((spec) =>
    spec.kind === 'carrier' && (spec.webhook ?? spec.control?.commands.includes('dial')) ? [spec] : [],
  )
  const known = specs.map((spec) => new Map(featuresOf(spec).map((feature) => [feature.name, feature])))
  const rows = Object.entries(features).map(([name, label]) => {
    const cells = known.map((of) => cellOf(of.get(name as FeatureName)!)) // keys of the table are its names
    return `| ${label} | ${cells.join(' | ')} |`
  })
  const reasons = specs.map((spec) => {
    const told = featuresOf(spec).flatMap(({ label, why }) => (why ? [`  - ${label}: ${why}`] : []))
    return told.length > 0 ? `- **${spec.label}**\n${told.join('\n')}` : `- **${spec.label}**: nothing is missing.`
  })
  return `# Carriers

What each can. ${made} \`/v1/providers\` and the console say the same.

- **yes**: the carrier does it. **Offhook**: the carrier cannot, and Offhook does it instead (second leg, tones, ear, voice), or it is Offhook's own anyway.
- **no**: nobody does; the command is refused with the reason below.
- ✓: shown by the live suite, with whole calls through a real gateway and a simulated carrier. What it showed is written down beside the provider (\`shown.ts\`);
  a run that shows less, or more, fails. Nothing here was tried on a live account: each carrier's page says what is unconfirmed, and [witnesses](../witnesses.md) who outside has seen what.

Each can be tried without an account, on its simulator: \`npx offhook call --carrier ${specs[0]?.name ?? ''} --text "Good morning"\`. Settings are entered in the console or by the API, or come from the
[environment](../configuration.md#carriers-from-the-environment). What saving them does at the carrier: [set-up](set-up.md). Another carrier: [adding one](../adding-a-carrier.md).

| | ${specs.map(({ name, label }) => `[${label}](${name}.md)`).join(' | ')} |
|---|${specs.map(() => '---|').join('')}
${rows.join('\n')}

## Why not, or not by the carrier

${reasons.join('\n')}
`
}

function cellOf({ by, shown }: Feature): string {
  const who = { carrier: 'yes', engine: 'Offhook', nobody: 'no' }[by]
  return shown ? `${who} ✓` : who
}

const files: Readonly<Record<string, () => string>> = {
  'docs/carriers/README.md': carriers,
  'docs/configuration.md': configuration,
  'docs/errors.md': errors,
  'docs/providers.md': providers,
}

for (const [file, make] of Object.entries(files)) {
  if (!process.argv.includes('--check')) writeFileSync(file, make())
  else if (readFileSync(file, 'utf8') !== make()) {
    console.error(`${file} does not match the code: run "node tools/make-docs.ts"`)
    process.exitCode = 1
  }
}
