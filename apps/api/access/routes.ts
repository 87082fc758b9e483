import type { INestApplicationContext, Type } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants';
import { RequestMethod } from '@nestjs/common';
import { MetadataScanner, ModulesContainer } from '@nestjs/core';
import type { Role } from '../../../libs/access';
import { ALLOWED, SCOPE, type Scope } from './allows';

/** A route of the API and who may use it. */
export interface Route {
  method: string;
  /** With a slash before it; parameters as `:name`. */
  path: string;
  /** The class and method that answer it. */
  handler: string;
  /** Undefined where it does not say, and the administrator alone may use it. */
  allowed: readonly Role[] | 'anyone' | undefined;
  /** Undefined where neither it nor its path says. */
  scope: Scope | undefined;
}

/** Every route that the application's controllers have. */
export function routesOf(app: Pick<INestApplicationContext, 'get'>): Route[] {
  return routesIn(app.get(ModulesContainer, { strict: false }));
}

/** The same of its modules. */
export function routesIn(modules: ModulesContainer): Route[] {
  const scanner = new MetadataScanner();
  const controllers = [...modules.values()].flatMap((module) =>
    [...module.controllers.values()].flatMap(({ metatype }) => (metatype ? [metatype as Type] : [])),
  );
  return controllers.flatMap((controller) =>
    scanner.getAllMethodNames(controller.prototype as object).flatMap((name) => routesBy(controller, name)),
  );
}

function routesBy(controller: Type, name: string): Route[] {
  const handler = (controller.prototype as Record<string, object>)[name]!;
  const method = Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod | undefined;
  if (method === undefined) return [];
  const bases = [Reflect.getMetadata(PATH_METADATA, controller) as string | string[]].flat();
  const ends = [Reflect.getMetadata(PATH_METADATA, handler) as string | string[]].flat();
  const { allowed, scope } = rulesOf(controller, handler);
  return bases.flatMap((base) =>
    ends.map((end) => {
      const path = `/${[base, end]
        .flatMap((part) => part.split('/'))
        .filter(Boolean)
        .join('/')}`;
      return {
        method: RequestMethod[method],
        path,
        handler: `${controller.name}.${name}`,
        allowed,
        scope: scope ?? scopeOfPath(path),
      };
    }),
  );
}

/** What a route's decorators say; those of the method before those of its class. */
export function rulesOf(controller: Type, handler: object): Pick<Route, 'allowed' | 'scope'> {
  const said = (key: string): unknown => Reflect.getMetadata(key, handler) ?? Reflect.getMetadata(key, controller);
  return { allowed: said(ALLOWED) as Route['allowed'], scope: said(SCOPE) as Scope | undefined };
}

/** What the parameters of a path make of the scope; a person before a region. */
export function scopeOfPath(path: string): Scope | undefined {
  return (['person', 'employer', 'region'] as const).find((name) => path.split('/').includes(`:${name}`));
}
