export { IssuerUnreachable, isSafeUrl } from './issuer-keys';
export { SignIn, TokenRefused, signingAlgorithms, type SignInTerms } from './sign-in';
