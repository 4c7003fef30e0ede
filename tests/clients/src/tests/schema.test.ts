import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, test } from "node:test";

import { type CodegenConfig, generate } from "@graphql-codegen/cli";
import { rawRequest } from "graphql-request";
import {
  GraphQLSchema,
  type IntrospectionOptions,
  type IntrospectionQuery,
  buildClientSchema,
  buildSchema,
  findBreakingChanges,
  findDangerousChanges,
  getIntrospectionQuery,
  isSpecifiedDirective,
  isSpecifiedScalarType,
  lexicographicSortSchema,
  printSchema,
} from "graphql";

import codegen from "../../codegen";
import { endpoints, publishedSchema } from "../local";

const project = resolve(__dirname, "../../..");

/** What GraphiQL and the generators ask with; each tool has a choice of its own. */
const questions: Record<string, IntrospectionOptions> = {
  "as graphql-js asks by default": {},
  "without descriptions": { descriptions: false },
  "with everything there is to ask": {
    descriptions: true,
    specifiedByUrl: true,
    directiveIsRepeatable: true,
    schemaDescription: true,
    inputValueDeprecation: true,
    oneOf: true,
  },
};

for (const dialect of ["plain", "relay", "gqlauth"] as const) {
  const url = endpoints[dialect];
  const published = withoutStandards(buildSchema(publishedSchema(dialect)));

  describe(`the running ${dialect} endpoint`, () => {
    for (const [how, options] of Object.entries(questions)) {
      test(`answers introspection ${how}, and tells the published schema`, async () => {
        const { data, errors } = await rawRequest<IntrospectionQuery>(url, getIntrospectionQuery(options));
        assert.equal(errors, undefined);
        const served = withoutStandards(buildClientSchema(data));

        for (const [one, other] of [[published, served], [served, published]] as const) {
          assert.deepEqual(findBreakingChanges(one, other), []);
          assert.deepEqual(findDangerousChanges(one, other), []);
        }
        if (options.descriptions !== false) assert.equal(printed(served), printed(published));
      });
    }

    test("serves graphql-codegen, which makes the same of it as of the file", async () => {
      const file = `generated/${dialect}.ts`;
      const made = await generate({ ...codegen, ...pointedAt(url, file), cwd: project, silent: true }, false);
      const [output] = made as { content: string }[];
      assert.ok(output);
      assert.equal(withoutComments(output.content), withoutComments(readFileSync(`${project}/${file}`, "utf8")));
    });
  });
}

/**
 * Leaves out what is said by the engine and the specification, and not by the API: where standard directives may stand,
 * the scalar `Float` though nothing is one, what a schema is. Scalars that something refers to come back.
 */
function withoutStandards(schema: GraphQLSchema): GraphQLSchema {
  const { directives, types, ...rest } = schema.toConfig();
  return new GraphQLSchema({
    ...rest,
    description: null,
    directives: directives.filter((directive) => !isSpecifiedDirective(directive)),
    types: types.filter((type) => !isSpecifiedScalarType(type)),
  });
}

/** graphql-codegen takes the comments of scalars from files only. */
function withoutComments(code: string): string {
  return code.replace(/^ *\/\*\*.*?\*\/\n/gms, "");
}

function printed(schema: GraphQLSchema): string {
  return printSchema(lexicographicSortSchema(schema));
}

/** The part of the configuration that makes one file, with the endpoint in the place of the schema file. */
function pointedAt(url: string, file: string): Pick<CodegenConfig, "generates"> {
  return { generates: { [file]: { ...codegen.generates[file], schema: url } as CodegenConfig["generates"][string] } };
}
