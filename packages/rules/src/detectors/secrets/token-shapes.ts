/** Tokens that tell by their beginning what they are: `ghp_` and 36 characters. Bounded, so that each attempt is short. */
const shapes: readonly string[] = [
  // Amazon Web Services: access keys, lasting and temporary. Alibaba, Tencent.
  'A(?:KIA|SIA|BIA|CCA)[A-Z0-9]{16}',
  'ABSK[A-Za-z0-9+/]{100,270}={0,2}',
  'LTAI[A-Za-z0-9]{17,21}',
  'AKID[A-Za-z0-9]{32}',
  // GitHub, GitLab, Bitbucket, Atlassian.
  'gh[pousr]_[A-Za-z0-9_]{36,255}',
  'github_pat_[A-Za-z0-9_]{36,255}',
  'gl(?:pat|dt|rt|rtr|cbt|ptt|ft|soat|oas|imt|agent|ffct)-[A-Za-z0-9_-]{20,300}(?:\\.[a-z0-9]{2}\\.[a-z0-9]{7,9})?',
  'GR1348941[A-Za-z0-9_-]{20,50}',
  'AT[AC]TT3[A-Za-z0-9_=.-]{60,300}',
  'ATBB[A-Za-z0-9]{28,40}',
  // Slack.
  'xox[abcdeoprs]-(?:[A-Za-z0-9%]{1,60}-){0,6}[A-Za-z0-9%/+=]{10,300}',
  'xoxe\\.xox[bp]-\\d-[A-Za-z0-9]{60,300}',
  'xapp-\\d-[A-Z0-9]{6,20}-\\d{6,20}-[A-Za-z0-9]{20,100}',
  // Payments: Stripe, Square, PayPal, Flutterwave, Shippo.
  '(?:sk|rk)_(?:live|test|prod)_[A-Za-z0-9]{16,255}',
  'whsec_[A-Za-z0-9+/=]{24,90}',
  'sq0(?:atp|csp|idp)-[A-Za-z0-9_-]{22,43}',
  'EAAA[A-Za-z0-9_-]{56,60}',
  'access_token\\$(?:production|sandbox)\\$[0-9a-z]{16}\\$[0-9a-f]{32}',
  'FLWSECK(?:_TEST)?-[A-Za-z0-9]{12,64}(?:-X)?',
  'shippo_(?:live|test)_[0-9a-f]{40}',
  // Google.
  'AIza[A-Za-z0-9_-]{35}',
  'ya29\\.[A-Za-z0-9_-]{30,300}',
  'GOCSPX-[A-Za-z0-9_-]{28}',
  '1//0[A-Za-z0-9_-]{40,120}',
  // Registries: npm, PyPI, RubyGems, crates.io, Docker, NuGet, JFrog, Clojars.
  'npm_[A-Za-z0-9]{36}',
  'pypi-[A-Za-z0-9_-]{50,300}',
  'rubygems_[0-9a-f]{48}',
  'cio[A-Za-z0-9]{32}',
  'dckr_(?:pat|oat)_[A-Za-z0-9_-]{24,60}',
  'oy2[a-z0-9]{43}',
  'AKCp[A-Za-z0-9]{60,80}',
  'CLOJARS_[a-z0-9]{60}',
  // Language models.
  'sk-(?:proj|svcacct|admin|None)-[A-Za-z0-9_-]{40,250}',
  'sk-ant-[a-z0-9]{3,12}-[A-Za-z0-9_-]{40,250}',
  'sk-or-v1-[0-9a-f]{64}',
  'sk-[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}',
  'sk-[A-Za-z0-9]{32,64}',
  'hf_[A-Za-z0-9]{34,40}',
  'api_org_[A-Za-z0-9]{34}',
  'r8_[A-Za-z0-9_-]{37}',
  'gsk_[A-Za-z0-9]{48,60}',
  'xai-[A-Za-z0-9]{70,90}',
  'pplx-[A-Za-z0-9]{40,60}',
  // Mail and messages: SendGrid, Mailgun, Mailchimp, Brevo, Postmark, Twilio, Telegram, Discord.
  'SG\\.[A-Za-z0-9_-]{16,32}\\.[A-Za-z0-9_-]{30,64}',
  'key-[0-9a-f]{32}',
  '[0-9a-f]{32}-[0-9a-f]{8}-[0-9a-f]{8}',
  '[0-9a-f]{32}-us\\d{1,2}',
  'xkeysib-[0-9a-f]{64}-[A-Za-z0-9]{16}',
  'SK[0-9a-f]{32}',
  '\\d{8,10}:AA[A-Za-z0-9_-]{32,34}',
  '[MNO][A-Za-z0-9_-]{23,27}\\.[A-Za-z0-9_-]{6,7}\\.[A-Za-z0-9_-]{27,40}',
  // Clouds and operations.
  'do[opr]_v1_[0-9a-f]{64}',
  'dapi[0-9a-f]{32}(?:-\\d)?',
  'hv[sbr]\\.[A-Za-z0-9_-]{24,300}',
  '[A-Za-z0-9]{14}\\.atlasv1\\.[A-Za-z0-9_=-]{60,70}',
  'dp\\.(?:pt|st|ct|sa|scim|audit)\\.[A-Za-z0-9_.-]{40,60}',
  'tskey-[a-z]{2,12}-[A-Za-z0-9]{6,24}-[A-Za-z0-9]{16,48}',
  'pul-[0-9a-f]{40}',
  'HRKU-[A-Za-z0-9_-]{36,64}',
  'fm[12][ar]?_[A-Za-z0-9+/=_-]{80,300}',
  'nfp_[A-Za-z0-9]{36,44}',
  'pscale_(?:tkn|pw|oauth)_[A-Za-z0-9_.-]{32,64}',
  'sb(?:p|_secret)_[A-Za-z0-9_-]{20,50}',
  'sntry[su]_[A-Za-z0-9+/=_-]{40,300}',
  'gl(?:c|sa)_[A-Za-z0-9+/=_]{32,300}',
  'NR(?:AK|JS|II|RA)-[A-Za-z0-9]{19,42}',
  'bkua_[0-9a-f]{40}',
  'CCI(?:PAT|PRJ)_[A-Za-z0-9]{22}_[0-9a-f]{40}',
  'LTK-[A-Za-z0-9]{40}',
  // Azure: the secret of an application has this mark in its middle.
  '[A-Za-z0-9_~.]{3}\\dQ~[A-Za-z0-9_~.-]{31,34}',
  // Tools.
  'lin_(?:api|oauth)_[A-Za-z0-9]{32,128}',
  'ntn_[A-Za-z0-9]{40,50}',
  'secret_[A-Za-z0-9]{43}',
  'PMAK-[0-9a-f]{24}-[0-9a-f]{34}',
  'pat[A-Za-z0-9]{14}\\.[0-9a-f]{64}',
  'figd_[A-Za-z0-9_-]{40,50}',
  'shp(?:at|ca|pa|ss)_[A-Fa-f0-9]{32,64}',
  'sl\\.[A-Za-z0-9_-]{130,300}',
  'EAA[A-Za-z0-9]{100,300}',
  'CFPAT-[A-Za-z0-9_-]{43}',
  'AGE-SECRET-KEY-1[A-Z0-9]{58}',
  'ops_eyJ[A-Za-z0-9+/=_-]{100,300}',
  'A3-[A-Z0-9]{6}-[A-Z0-9]{6,11}-[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}(?:-[A-Z0-9]{5})?',
  'eyJrIjoi[A-Za-z0-9+/=]{40,300}',
];

/** After another word's end; a break that is written as `\n` and a character that is written as `%3D` end one too. */
const wordBegins = String.raw`(?<=^|[^A-Za-z0-9_]|\\[nrt]|%[0-9A-Fa-f]{2})`;

/** Tokens of one word. */
export const tokenShape = new RegExp(`${wordBegins}(?:${shapes.join('|')})(?![A-Za-z0-9])`, 'g');

/** JSON Web Tokens with a signature. Each attempt goes through one row of such characters. */
export const jsonWebToken =
  /(?<=^|[^A-Za-z0-9_-]|\\[nrt])eyJ[A-Za-z0-9_-]{8,4000}\.eyJ[A-Za-z0-9_-]{8,8000}\.[A-Za-z0-9_-]{16,1400}(?![A-Za-z0-9])/g;

/** Addresses that let everybody post who knows them. */
export const webhook =
  /https:\/\/(?:hooks\.slack(?:-gov)?\.com\/(?:services|workflows|triggers)\/[A-Za-z0-9/]{20,150}|(?:canary\.|ptb\.)?discord(?:app)?\.com\/api\/(?:v\d+\/)?webhooks\/\d{15,22}\/[A-Za-z0-9_-]{50,90}|[\w-]{1,60}\.webhook\.office\.com\/webhookb2\/[\w@-]{30,90}\/IncomingWebhook\/[0-9a-f]{32}\/[\w-]{20,60}|hooks\.zapier\.com\/hooks\/catch\/\d{4,12}\/[a-z0-9]{6,12}|chat\.googleapis\.com\/v1\/spaces\/[\w-]{8,30}\/messages\?key=[\w-]{20,60}(?:&|%26)token=[\w%-]{20,80})/g;
