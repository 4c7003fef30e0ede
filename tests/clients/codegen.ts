import type { CodegenConfig } from "@graphql-codegen/cli";

const schemas = "../../functions/graphql/schema";
const dialects = ["plain", "relay", "gqlauth"];

const config: CodegenConfig = {
  generates: Object.fromEntries(
    dialects.map((dialect) => [
      `generated/${dialect}.ts`,
      {
        schema: `${schemas}/${dialect}.graphql`,
        documents: `operations/${dialect}.graphql`,
        plugins: ["typescript", "typescript-operations", "typed-document-node"],
        config: {
          strictScalars: true,
          useTypeImports: true,
          scalars: {
            DateTime: "string",
            ExpectedError: "../src/refusals#Refusals",
            ExpectedErrorType: "../src/refusals#Refusals",
            GenericScalar: "unknown",
            UUID: "string",
            image: "string",
          },
        },
      },
    ]),
  ),
};

export default config;
