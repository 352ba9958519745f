package main

// hints are words of languages: keywords, and names that their programs use
// everywhere. They stand in for programs where packages have few.
var hints = []struct{ language, words string }{
	{"apex", "Account Id List SObject System Test class debug global insert isTest public sharing static trigger update void webservice with without"},
	{"assembly", "mov eax rax push pop jmp ret rsp rbp xor section syscall ldr lea"},
	{"c", "include printf int char struct void malloc sizeof NULL return static unsigned const free stdio stdlib define typedef uint32_t size_t"},
	{"clojure", "defn def let ns fn require map println"},
	{"cobol", "ADD COMPUTE DATA DISPLAY DIVISION GIVING ID IDENTIFICATION MOVE PERFORM PIC PROCEDURE PROGRAM RUN SECTION STOP STORAGE TO WORKING"},
	{"cpp", "include std cout endl vector namespace template typename class virtual nullptr auto const public string int override iostream"},
	{"crystal", "Array Hash Int32 String class def do each end fun getter if include lib macro module nil property puts require setter struct unless"},
	{"csharp", "Console Generic IEnumerable Linq List System Task WriteLine async await bool class foreach get int internal namespace new null override private public readonly return set static string using var void"},
	{"css", "color px margin padding display font background border width flex hover important media"},
	{"d", "alias assert auto dchar foreach immutable import int mixin module size_t std stdio string struct template ubyte ulong unittest version void writeln"},
	{"dart", "BuildContext Column Future List Map State StatefulWidget StatelessWidget String Text Widget async await build child class const extends final import int late override return setState var void"},
	{"dockerfile", "FROM RUN COPY WORKDIR CMD ENTRYPOINT EXPOSE ENV ARG ADD"},
	{"elixir", "defmodule def do end defp use alias case fn nil IO Enum"},
	{"elm", "Browser Cmd Html Int Just List Maybe Model Msg Nothing String Sub alias case div exposing import in init let map module of onClick text type update view"},
	{"fortran", "subroutine program integer real implicit none end call write dimension endif"},
	{"gdscript", "_process _ready delta export extends false func get_node match null onready pass preload self signal true var"},
	{"go", "func package fmt nil defer chan struct err go range interface string int make errors ctx type import"},
	{"groovy", "List Map String agent apply class compile def dependencies each echo environment groovy implementation it mavenCentral node pipeline plugin println repositories return sh stage steps task void"},
	{"haskell", "where module import qualified data deriving instance let in case of Maybe Just Nothing IO do forall"},
	{"haxe", "Float Int String Void class extends function implements import inline new override package public static trace var"},
	{"hcl", "resource variable provider terraform module var output locals source tags default"},
	{"html", "div html body head span href class script style src li ul input button td tr p br form meta"},
	{"ini", "enabled timeout host port level password Service Unit ExecStart"},
	{"java", "public private static void final class extends implements throws String System println new import package Override ArrayList HashMap int boolean null protected"},
	{"javascript", "const let var function console document window require undefined null async await export typeof new Promise useState module JSON"},
	{"julia", "Array Float64 Int64 Matrix Vector begin const else elseif end export for function if in include julia macro module mutable ones println push return struct using zeros"},
	{"kotlin", "fun val when companion println data suspend override object var listOf it init"},
	{"lisp", "defun setq lambda let cond define car cdr nil progn"},
	{"lua", "local function end then nil elseif pairs ipairs require do self"},
	{"make", "PHONY CC CFLAGS all clean cmake_minimum_required add_executable target_link_libraries"},
	{"matlab", "all clc clear close disp else end figure for fprintf function hold if length linspace mean on ones plot size subplot sum title while xlabel ylabel zeros"},
	{"nginx", "server location listen proxy_pass server_name upstream root"},
	{"nim", "case const discard echo elif for import in int iterator let method newSeq object of proc ref result seq string template type var when"},
	{"nix", "buildInputs callPackage fetchurl in inherit let lib meta mkDerivation pkgs pname rec src stdenv version with"},
	{"objectivec", "NSString interface implementation property nonatomic NSLog self nil strong alloc NSArray YES NO"},
	{"ocaml", "List None Printf Some String begin else end exception fun function if in int let match module mutable of open printf raise rec ref sig string struct then try type unit val with"},
	{"pascal", "begin end procedure var writeln then program uses integer unit"},
	{"perl", "my use strict warnings sub print foreach shift die unless elsif local bless qw"},
	{"php", "php echo function array foreach public isset this use namespace return null mysqli require_once"},
	{"powershell", "Get Write Host param Object ForEach New Set PSCustomObject"},
	{"prolog", "append assert atom dynamic fail findall format halt is length member module nl not retract true use_module write"},
	{"protobuf", "syntax proto3 message repeated rpc service optional returns string int32"},
	{"python", "def elif self None True False import from lambda except pass with yield __init__ __name__ print np pd range len in not and raise async isinstance"},
	{"r", "FALSE NULL TRUE aes c data dplyr filter frame function geom_point ggplot group_by lapply library lm mean mutate names nrow paste print sapply select summary"},
	{"ruby", "def end puts require do class module attr_accessor nil unless elsif each self initialize then rescue begin"},
	{"rust", "fn let mut impl pub use match Some Ok Err None struct trait self u32 usize i32 Vec unwrap crate Result println str"},
	{"scala", "def val object trait extends case match implicit sealed Unit Option with lazy yield override"},
	{"shell", "sudo echo fi done then esac grep awk sed cd ls apt get install curl chmod export docker kubectl git mkdir rm pip npm bash cat wget systemctl xargs ssh tar if brew aws helm"},
	{"solidity", "pragma solidity contract uint256 address mapping external payable require msg emit memory"},
	{"sql", "SELECT FROM WHERE JOIN INSERT INTO UPDATE DELETE CREATE TABLE GROUP BY ORDER HAVING VARCHAR PRIMARY ALTER UNION VALUES AND AS ON LEFT COUNT DECLARE select where join varchar insert NULL GRANT DISTINCT distinct DECIMAL"},
	{"swift", "func let var guard nil import struct extension UIKit SwiftUI self init enum override String Int protocol private View"},
	{"tcl", "catch else expr foreach global if incr lindex llength package proc puts require return set string upvar"},
	{"tex", "begin end documentclass usepackage frac section textbf item label"},
	{"toml", "dependencies package version edition tool poetry"},
	{"typescript", "Array Promise Record any as async boolean const constructor enum export extends from implements import interface keyof number private public readonly return string type undefined unknown void"},
	{"verilog", "always architecture assign begin case end endcase endmodule entity initial input module output parameter port posedge process reg signal std_logic wire"},
	{"visualbasic", "Dim As Sub End Function Integer String Then Next Set If ElseIf Private ByVal Range"},
	{"xml", "xml xmlns version encoding dependency groupId artifactId xsd id"},
	{"yaml", "apiVersion kind metadata spec name containers image services ports steps runs env version jobs hosts tasks"},
}

// phrases are lines as programs of a language have them, one a line.
var phrases = map[string]string{
	"elixir": `defmodule Shop.Stock do
  use GenServer
  alias Shop.{Item, Order}
  def handle_call({:get, id}, _from, state) do
    {:reply, Map.get(state, id), state}
  defp valid?(%{id: id}) when is_integer(id), do: true
    |> Enum.map(fn item -> item.price * item.count end)
    |> Enum.reject(&is_nil/1)
    |> String.split(",", trim: true)
    case Repo.insert(changeset) do
      {:ok, order} -> {:ok, order}
      {:error, reason} -> Logger.error("failed: #{inspect(reason)}")
  @doc "Returns the total."
    IO.puts("done")
  end
end`,
	"julia": `using LinearAlgebra, Statistics
function norm2(x::Vector{Float64})
    return sqrt(sum(x .^ 2))
end
struct Point{T<:Real}
for i in 1:length(xs)
    push!(out, xs[i])
A = zeros(3, 3)
y = f.(x) .+ 1.0
println("value: $y")
mutable struct Node
xs = [x^2 for x in 1:10 if isodd(x)]
@time result = solve(A, b)`,
	"r": `library(dplyr)
data <- read.csv("sales.csv", header = TRUE)
summary(data$price)
result <- data %>%
  filter(year >= 2020) %>%
  group_by(region) %>%
  summarise(total = sum(amount, na.rm = TRUE))
fit <- lm(y ~ x1 + x2, data = data)
plot(x, y, main = "Sales", xlab = "Year")
add <- function(a, b = 2) {
for (i in seq_along(x)) {
x <- c(1, 2, 3)
ggplot(data, aes(x = year, y = total)) + geom_line()
if (is.null(x)) stop("no data")
print(paste("mean:", mean(x)))`,
	"matlab": `function y = smooth(x, n)
x = linspace(0, 1, 100);
for i = 1:length(x)
    y(i) = sum(x(1:i)) / i;
end
plot(x, y, 'r--'); hold on;
fprintf('%d: %f\n', i, y(i));
A = zeros(3, 3);
B = A' * A + eye(3);
% normalise the rows
clear all; close all; clc;
z = x.^2 + y.^2;
disp(['n = ', num2str(n)]);
title('Result'); xlabel('t');
if isempty(x), return; end`,
	"typescript": `interface User { id: number; name?: string }
export type Handler = (event: Event) => Promise<void>;
const items: Array<Item> = [];
function first<T>(list: T[]): T | undefined {
  private readonly store: Map<string, User>;
  constructor(private http: HttpClient) {}
export class Cart implements Stock {
  async load(id: string): Promise<Order> {
import { Component, OnInit } from '@angular/core';
const [open, setOpen] = useState<boolean>(false);
let total: number = 0;
export enum Color { Red, Green }
  return value as unknown as string;
export const fetchAll = async (url: string): Promise<User[]> => {`,
	"csharp": `using System.Collections.Generic;
using System.Linq;
namespace Shop.Orders
public class OrderService : IOrderService
    public string Name { get; set; }
    private readonly ILogger<OrderService> _logger;
    public async Task<Order> GetAsync(int id)
        var order = await _context.Orders.FirstOrDefaultAsync(o => o.Id == id);
        if (order == null) throw new ArgumentNullException(nameof(order));
        foreach (var line in order.Lines)
            Console.WriteLine($"{line.Name}: {line.Price}");
        return items.Where(x => x.Active).Select(x => x.Id).ToList();
    [HttpGet("{id}")]
    public override bool Equals(object obj)
    internal static void Main(string[] args)
    protected virtual void OnChanged(EventArgs e)`,
	"dart": `import 'package:flutter/material.dart';
class HomePage extends StatefulWidget {
  const HomePage({Key? key, required this.title}) : super(key: key);
  @override
  Widget build(BuildContext context) {
    return Scaffold(body: Center(child: Text('hi')));
  final List<String> names = [];
  Future<void> load() async {
    final response = await http.get(Uri.parse(url));
    setState(() { _count++; });
void main() => runApp(MyApp());
  late final String id;
  Map<String, dynamic> toJson() => {'id': id};`,
	"groovy": `def call(Map config = [:]) {
pipeline {
    agent any
    stages {
        stage('Build') {
            steps {
                sh 'make test'
    implementation 'org.slf4j:slf4j-api:2.0.9'
task copyDocs(type: Copy) {
apply plugin: 'java'
list.each { println it }
def total = items.findAll { it.price > 10 }.sum { it.price }
    compileOnly "com.google.guava:guava:${guavaVersion}"
println "name: ${name}"`,
	"lua": `local M = {}
local json = require("json")
function M.new(name, size)
  local self = setmetatable({}, M)
  self.items = {}
  for i, v in ipairs(items) do
  for k, v in pairs(t) do
    if v == nil or v ~= 3 then
      table.insert(out, k .. "=" .. tostring(v))
    elseif type(v) == "table" then
    end
  return self
end
print(string.format("%d", #items))
-- the number of items`,
	"ocaml": `open Printf
let rec sum = function [] -> 0 | x :: rest -> x + sum rest
type tree = Leaf | Node of tree * int * tree
let () = printf "%d\n" (sum [1; 2; 3])
  match find key table with
  | Some v -> v
  | None -> raise Not_found
let map f xs = List.fold_left (fun acc x -> f x :: acc) [] xs
module Stack = struct
  let create () = ref []
end
  begin try int_of_string s with Failure _ -> 0 end`,
	"php": `<?php
namespace App\Models;
use Illuminate\Database\Eloquent\Model;
class Order extends Model
    public function items(): array
        return $this->hasMany(Item::class);
    foreach ($orders as $id => $order) {
        echo "<li>" . htmlspecialchars($order['name']) . "</li>";
    if (!isset($_POST['id']) || empty($name)) {
$stmt = $pdo->prepare('SELECT * FROM users WHERE id = ?');
$total = array_sum(array_column($rows, 'price'));
    private ?string $name = null;
require_once __DIR__ . '/vendor/autoload.php';`,
	"powershell": `param([string]$Path, [int]$Count = 10)
Get-ChildItem -Path $Path -Recurse | Where-Object { $_.Length -gt 1MB }
$users = Import-Csv -Path "users.csv"
foreach ($user in $users) {
    Write-Host "User: $($user.Name)" -ForegroundColor Green
if (-not (Test-Path $file)) { New-Item -ItemType File -Path $file | Out-Null }
function Get-Total { [CmdletBinding()] param($Items)
$ErrorActionPreference = 'Stop'
    Select-Object -First 5 -ExpandProperty Name
try { Invoke-RestMethod -Uri $uri -Method Post } catch { Write-Error $_ }`,
}
