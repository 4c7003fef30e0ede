// What an application would write beside its components. relay-compiler reads it and makes generated/relay of it.
// It is never run: babel-plugin-relay, which puts the artifacts in the place of the tags, is not part of this project.
import { graphql } from "relay-runtime";

export const updateAccount = graphql`
  mutation documentsUpdateAccountMutation($input: UpdateAccountInput!) {
    updateAccount(input: $input) {
      success
      errors
      clientMutationId
    }
  }
`;

export const me = graphql`
  query documentsMeQuery {
    me {
      id
      username
      ...documents_person
    }
  }
`;

export const person = graphql`
  fragment documents_person on UserNode @refetchable(queryName: "documentsPersonRefetchQuery") {
    username
    firstName
    lastName
    lastLogin
    verified
  }
`;

export const anybody = graphql`
  query documentsNodeQuery($id: ID!) {
    node(id: $id) {
      id
      ... on UserNode {
        username
      }
    }
  }
`;

export const people = graphql`
  query documentsPeopleQuery($first: Int!, $after: String) {
    users(first: $first, after: $after) @connection(key: "documents_users") {
      edges {
        node {
          id
          username
        }
      }
      pageInfo {
        endCursor
      }
    }
  }
`;

export const pages = graphql`
  fragment documents_pages on Query
  @argumentDefinitions(first: { type: "Int", defaultValue: 20 }, after: { type: "String" })
  @refetchable(queryName: "documentsPagesQuery") {
    users(first: $first, after: $after) @connection(key: "documents_pages_users") {
      edges {
        node {
          ...documents_person
        }
      }
    }
  }
`;
