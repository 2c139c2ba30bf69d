import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as schemas from 'discord-api-spec/zod';
import ts from 'typescript';
import { z } from 'zod';
import type { Box, Exchange } from '../src/index.ts';

/**
 * Discord's published OpenAPI as the npm package discord-api-spec ships it: Zod schemas by name, and a type
 * `Paths` that says which of them belongs to which request. The latter is read from its TypeScript source.
 */
interface Operation {
  request: z.ZodType | null;
  responses: Map<string, z.ZodType | null>;
}

const source = fileURLToPath(import.meta.resolve('discord-api-spec').replace(/\.js$/, '.ts'));

type SchemaTable = Record<string, unknown>;

/** The Zod schema of a type as it stands in `Paths`; null where the type says nothing (`unknown`). */
function schemaOf(node: ts.TypeNode): z.ZodType | null {
  if (ts.isTypeReferenceNode(node)) {
    const name = node.typeName.getText();
    const schema = (schemas as SchemaTable)[`${name}Schema`];
    if (!schema) throw new Error(`discord-api-spec has no schema ${name}`);
    return schema as z.ZodType; // the package exports nothing but Zod schemas under such names
  }
  if (ts.isParenthesizedTypeNode(node)) return schemaOf(node.type);
  if (ts.isArrayTypeNode(node)) return z.array(schemaOf(node.elementType) ?? z.unknown());
  if (ts.isUnionTypeNode(node)) return z.union(node.types.map((one) => schemaOf(one) ?? z.unknown()));
  if (ts.isLiteralTypeNode(node) && node.literal.kind === ts.SyntaxKind.NullKeyword) return z.null();
  if (node.kind === ts.SyntaxKind.StringKeyword) return z.string();
  if (node.kind === ts.SyntaxKind.NumberKeyword) return z.number();
  if (node.kind === ts.SyntaxKind.BooleanKeyword) return z.boolean();
  if (ts.isTypeLiteralNode(node)) {
    const fields = node.members.filter(ts.isPropertySignature).map((member) => {
      const type = (member.type && schemaOf(member.type)) ?? z.unknown();
      return [nameOf(member), member.questionToken ? type.optional() : type] as const;
    });
    return z.object(Object.fromEntries(fields));
  }
  return null;
}

const nameOf = (member: ts.PropertySignature): string =>
  ts.isStringLiteral(member.name) || ts.isIdentifier(member.name) ? member.name.text : member.name.getText();

const membersOf = (type: ts.TypeNode | undefined): ts.PropertySignature[] =>
  type && ts.isTypeLiteralNode(type) ? type.members.filter(ts.isPropertySignature) : [];

/** `/channels/{channel_id}` → every operation of it by method. */
function readPaths(): { path: string; pattern: RegExp; methods: Map<string, ts.PropertySignature[]> }[] {
  const file = ts.createSourceFile(source, readFileSync(source, 'utf8'), ts.ScriptTarget.Latest, true);
  const paths = file.statements.find((one) => ts.isInterfaceDeclaration(one) && one.name.text === 'Paths');
  if (!paths || !ts.isInterfaceDeclaration(paths)) throw new Error('discord-api-spec has no type Paths');
  return paths.members.filter(ts.isPropertySignature).map((member) => {
    const path = nameOf(member);
    const methods = membersOf(member.type).map(
      (one) => [nameOf(one).toUpperCase(), membersOf(one.type)] as const,
    );
    const pattern = new RegExp(`^${path.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`);
    return { path, pattern, methods: new Map(methods) };
  });
}

const paths = readPaths().sort((a, b) => a.path.split('{').length - b.path.split('{').length); // literal first
const operations = new Map<string, Operation | null>();

function operationOf(method: string, path: string): { name: string; operation: Operation | null } {
  const found = paths.find(({ pattern, methods }) => pattern.test(path) && methods.has(method));
  const name = `${method} ${found?.path ?? path}`;
  const known = operations.get(name);
  if (known !== undefined) return { name, operation: known };
  const members = found?.methods.get(method) ?? [];
  const typeOf = (field: string) => members.find((one) => nameOf(one) === field)?.type;
  const request = typeOf('requestBody');
  const operation: Operation | null = found
    ? {
        request: request ? schemaOf(request) : null,
        responses: new Map(
          membersOf(typeOf('responses')).map((one) => [nameOf(one), one.type ? schemaOf(one.type) : null]),
        ),
      }
    : null;
  operations.set(name, operation);
  return { name, operation };
}

/** What is wrong with an exchange by Discord's OpenAPI; empty when nothing is. */
export function violationsOf(exchange: Exchange): string[] {
  const { name, operation } = operationOf(exchange.method, exchange.path);
  const status = String(exchange.status);
  if (!operation) return exchange.status === 404 ? [] : [`${name}: no such operation in Discord's OpenAPI`];
  const key = [status, `${status.slice(0, 1)}XX`].find((one) => operation.responses.has(one));
  const found: string[] = [];
  if (exchange.status < 400 && operation.request && exchange.request !== undefined) {
    found.push(
      ...issues(`${name} request`, operation.request, withoutForwards(asDocumented(exchange.request))),
    );
  }
  if (key === undefined) {
    // the OpenAPI describes no server error
    if (exchange.status < 500) found.push(`${name}: status ${status} is not in Discord's OpenAPI`);
    return found;
  }
  const schema = operation.responses.get(key);
  if (schema)
    found.push(
      ...issues(`${name} ${status}`, schema, withoutForwards(withPlainCodes(asJson(exchange.response)))),
    );
  return found;
}

const asJson = (value: unknown): unknown =>
  value === undefined ? undefined : JSON.parse(JSON.stringify(value));

/**
 * Discord documents permissions as decimal strings, and clients send them so; its OpenAPI says integer for
 * this one field of requests.
 */
function asDocumented(request: unknown): unknown {
  if (Array.isArray(request)) return request.map(asDocumented);
  if (typeof request !== 'object' || request === null || !('default_member_permissions' in request))
    return request;
  const bits = request.default_member_permissions;
  const isDecimal = typeof bits === 'string' && /^\d+$/.test(bits);
  return { ...request, default_member_permissions: isDecimal ? Number(bits) : bits };
}

/**
 * Inside `_errors` Discord documents and sends codes such as BASE_TYPE_REQUIRED; its OpenAPI reuses the outer
 * error there, whose code is a number.
 */
function withPlainCodes(response: unknown): unknown {
  if (Array.isArray(response)) return response.map(withPlainCodes);
  if (typeof response !== 'object' || response === null) return response;
  const entries = Object.entries(response).map(([key, value]) => {
    if (key !== '_errors' || !Array.isArray(value)) return [key, withPlainCodes(value)];
    return [key, value.map((one) => ({ ...one, code: typeof one.code === 'string' ? 0 : one.code }))];
  });
  return Object.fromEntries(entries);
}

/** Discord documents references of type 1, forwards; its OpenAPI knows only replies, type 0. */
function withoutForwards(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutForwards);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => {
    if (key !== 'message_reference' || inner?.type !== 1) return [key, withoutForwards(inner)];
    return [key, { ...inner, type: 0 }];
  });
  return Object.fromEntries(entries);
}

function issues(what: string, schema: z.ZodType, value: unknown): string[] {
  const result = z.safeParse(schema, value);
  if (result.success) return [];
  return result.error.issues.map(
    (issue) => `${what} at ${issue.path.join('.') || 'top'}: ${describe(issue)}`,
  );
}

/** A union fails with one list of issues a member: the member that fits best tells most. */
function describe(issue: z.core.$ZodIssue): string {
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return issue.message;
  const [closest = []] = [...issue.errors].sort((a, b) => a.length - b.length);
  return closest.map((one) => `${one.path.join('.')} ${describe(one)}`).join('; ');
}

/** The exchanges of a box, judged as they happen. */
export interface Validation {
  /** Every violation so far, one line each. */
  violations: string[];
  /** How many exchanges of each operation were judged. */
  seen: Map<string, number>;
  stop(): void;
}

/** Judges every exchange of `box` from now on by Discord's OpenAPI. */
export function validateExchanges(box: Pick<Box, 'onExchange'>): Validation {
  const violations: string[] = [];
  const seen = new Map<string, number>();
  const stop = box.onExchange((exchange) => {
    const { name } = operationOf(exchange.method, exchange.path);
    seen.set(name, (seen.get(name) ?? 0) + 1);
    violations.push(...violationsOf(exchange));
  });
  return { violations, seen, stop };
}
