/** What people and programs may be here. What each role may do is the matrix in docs/access.md. */
export const roles = ['clerk', 'supervisor', 'auditor', 'integrator', 'administrator'] as const;
export type Role = (typeof roles)[number];

/** Who asks, however he proved it. */
export interface Principal {
  /** By account or program, never by name; recorded as the `actor` of what he records. */
  readonly subject: string;
  readonly roles: readonly Role[];
  /** The regions whose people he may see and write for; a province or city covers what lies below it. */
  readonly regions: 'all' | readonly string[];
}

/** Whether a text is a role. */
export function isRole(text: unknown): text is Role {
  return roles.some((role) => role === text);
}

/** Whether he has one of the roles; an administrator has every one. */
export function holdsRole({ roles: held }: Principal, wanted: readonly Role[]): boolean {
  return held.some((role) => role === 'administrator' || wanted.includes(role));
}
